import * as z from 'zod';
import { errorCodes } from '../errors.ts';
import { claimOf, scopeNames, scopeTexts } from '../scopes.ts';
import { problemSchema } from './problem.ts';
import type { Route } from './routes/route.ts';
import { routes } from './routes/routes.ts';
import { words } from './routes/words.ts';

/** The HTTP contract, from the table of routes and the words beside it (OpenAPI 3.1). */
export function openApiDocument(): object {
  const scopes = scopeNames.map((name) => [claimOf(name), scopeTexts[name]]);
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describe(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'EnKash Card Accounts',
      version: '1',
      description: 'Validated EnKash card account details and balances.',
    },
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema) },
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: { clientCredentials: { tokenUrl: '/oauth2/token', scopes: Object.fromEntries(scopes) } },
        },
      },
    },
  };
}

function describe(route: Route): object {
  const { operationId, scope, body, bodyIs, answers } = route;
  const { summary, parameters = {} } = words[operationId] ?? {};
  const described = [
    ...parametersOf('path', route.params, parameters),
    ...parametersOf('query', route.query, parameters),
  ];
  return {
    operationId,
    summary,
    security: scope === null ? [] : [{ oauth2: [claimOf(scope)] }],
    ...(described.length > 0 && { parameters: described }),
    ...(bodyIs !== 'absent' && {
      requestBody: { required: bodyIs === 'required', content: { 'application/json': { schema: toSchema(body) } } },
    }),
    responses: { ...describeAnswers(answers), ...describeErrors(route) },
  };
}

function describeAnswers(answers: Route['answers']): Record<string, object> {
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
function describeErrors({ errors, failure }: Route): Record<string, object> {
  const byStatus = Map.groupBy(errors, (code) => errorCodes[code].status);
  const content = {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    ...(failure && { 'application/json': { schema: toSchema(failure, 'output') } }),
  };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }]),
  );
}

type Schema = { readonly properties?: Readonly<Record<string, object>>; readonly required?: readonly string[] };

function parametersOf(
  place: 'path' | 'query',
  schema: z.core.$ZodType,
  texts: Readonly<Record<string, string>>,
): object[] {
  const { properties = {}, required = [] }: Schema = toSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    const description = texts[name];
    return {
      name,
      in: place,
      required: required.includes(name),
      schema: description === undefined ? property : { ...property, description },
    };
  });
}

function toSchema(schema: z.core.$ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
