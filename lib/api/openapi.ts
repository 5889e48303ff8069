import * as z from 'zod';
import { errorCodes } from '../errors.ts';
import { resourceServer, scopeTexts } from './account-contract.ts';
import { type Operation, operations } from './openapi-operations.ts';
import { problemSchema } from './problem.ts';

/** The HTTP contract, from the schemas that the functions use (OpenAPI 3.1). */
export function openApiDocument(): object {
  const scopes = Object.fromEntries(
    Object.entries(scopeTexts).map(([name, text]) => [`${resourceServer}/${name}`, text]),
  );
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'EnKash Card Accounts',
      version: '1',
      description: 'Validated EnKash card account details and balances.',
    },
    paths: { ...paths, '/openapi.json': { get: describeItself } },
    components: {
      schemas: { Problem: toSchema(problemSchema) },
      securitySchemes: {
        oauth2: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/oauth2/token', scopes } } },
      },
    },
  };
}

const describeItself = {
  operationId: 'getOpenApi',
  summary: 'This document',
  security: [],
  responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
};

function describe(operation: Operation): object {
  const { operationId, summary, scope, bodySchema, bodyRequired = true, answers } = operation;
  return {
    operationId,
    summary,
    security: [{ oauth2: [scope] }],
    parameters: [...parameters('path', operation.pathSchema), ...parameters('query', operation.querySchema)],
    ...(bodySchema && {
      requestBody: { required: bodyRequired, content: { 'application/json': { schema: toSchema(bodySchema) } } },
    }),
    responses: { ...describeAnswers(answers), ...describeErrors(operation) },
  };
}

function describeAnswers(answers: Operation['answers']): Record<string, object> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      {
        description: status === '204' ? 'Done' : 'The answer',
        ...(schema && { content: { 'application/json': { schema: toSchema(schema, 'output') } } }),
      },
    ]),
  );
}

/** One response per status, naming the codes it can carry; the gateway's own refusals are always problems. */
function describeErrors({ errors, failureSchema }: Operation): Record<string, object> {
  const byStatus = Map.groupBy(errors, (code) => errorCodes[code].status);
  const content = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    ...(failureSchema && { 'application/json': { schema: toSchema(failureSchema, 'output') } }),
  };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }]),
  );
}

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): object[] {
  if (!schema) return [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(field, undefined).success,
    schema: toSchema(field),
  }));
}

function toSchema(schema: z.core.$ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
