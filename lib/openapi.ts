import * as z from 'zod';
import { summaryViewSchema } from './account.ts';
import { dropInFailureSchema, dropInSchema } from './account-drop-in.ts';
import { fullViewSchema } from './account-full.ts';
import { accountKey, accountQuery } from './contract.ts';
import { type ErrorCode, errorCodes } from './errors.ts';
import { problemSchema } from './problem.ts';
import {
  asOfSchema,
  balancesQuery,
  companyPath,
  dayHistorySchema,
  listQuery,
  listSchema,
  slotHistorySchema,
  watchBody,
  watchSchema,
} from './snapshots/contract.ts';

type Operation = {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly scope: string;
  readonly pathSchema?: z.ZodObject;
  readonly querySchema?: z.ZodObject;
  readonly bodySchema?: z.ZodType;
  /** Status -> schema; null for an empty body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly errors: readonly ErrorCode[];
  /** @default problemSchema as application/problem+json */
  readonly failureSchema?: z.ZodType;
};

const always: readonly ErrorCode[] = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN_SCOPE',
  'BLOCKED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
];
const account: readonly ErrorCode[] = ['ACCOUNT_NOT_FOUND'];
const upstream: readonly ErrorCode[] = [
  'UPSTREAM_REFUSED',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_MISMATCH',
  'UPSTREAM_UNAVAILABLE',
  'PARTNER_LOGIN_BLOCKED',
  'CREDENTIALS_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
];

const ACCOUNT = '/v1/companies/{companyId}/card-accounts/{cardAccountId}';

const operations: readonly Operation[] = [
  {
    method: 'get',
    path: ACCOUNT,
    operationId: 'getCardAccount',
    summary: 'One card account, as EnKash states it',
    scope: 'card-accounts/read',
    pathSchema: accountKey,
    querySchema: accountQuery,
    answers: { 200: z.union([summaryViewSchema, fullViewSchema]) },
    errors: [...always, ...account, ...upstream],
  },
  {
    method: 'post',
    path: '/api/v0/partner/enKashCard/cardAccount/get',
    operationId: 'getCardAccountDropIn',
    summary: "Drop-in for EnKash's Get Card Account Details",
    scope: 'card-accounts/full',
    bodySchema: accountKey,
    answers: { 200: dropInSchema },
    errors: [...always, 'UNSUPPORTED_MEDIA_TYPE', ...account, ...upstream],
    failureSchema: dropInFailureSchema,
  },
  {
    method: 'get',
    path: '/v1/companies/{companyId}/card-accounts',
    operationId: 'listCardAccounts',
    summary: 'The card accounts of a company that are known here, with their latest balances',
    scope: 'card-accounts/read',
    pathSchema: companyPath,
    querySchema: listQuery,
    answers: { 200: listSchema },
    errors: [...always, 'ACCOUNT_NOT_FOUND'],
  },
  {
    method: 'put',
    path: `${ACCOUNT}/watch`,
    operationId: 'watchCardAccount',
    summary: 'Puts the account on the schedule of snapshots; reads it live first',
    scope: 'card-accounts/watch',
    pathSchema: accountKey,
    bodySchema: watchBody,
    answers: { 200: watchSchema, 201: watchSchema },
    errors: [...always, 'UNSUPPORTED_MEDIA_TYPE', ...account, ...upstream],
  },
  {
    method: 'delete',
    path: `${ACCOUNT}/watch`,
    operationId: 'unwatchCardAccount',
    summary: 'Takes the account off the schedule; what was measured stays',
    scope: 'card-accounts/watch',
    pathSchema: accountKey,
    answers: { 204: null },
    errors: [...always, ...account],
  },
  {
    method: 'get',
    path: `${ACCOUNT}/balances`,
    operationId: 'getBalances',
    summary: 'Balances over time with coverage, or as of an instant',
    scope: 'card-accounts/read',
    pathSchema: accountKey,
    querySchema: balancesQuery,
    answers: { 200: z.union([slotHistorySchema, dayHistorySchema, asOfSchema]) },
    errors: [...always, ...account, 'NOT_FOUND'],
  },
];

/** The HTTP contract, from the schemas that the functions use (OpenAPI 3.1). */
export function openApiDocument(): object {
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
        oauth2: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/oauth2/token', scopes: scopeTexts } } },
      },
    },
  };
}

const scopeTexts = {
  'card-accounts/read': 'Read card accounts and balances',
  'card-accounts/full': 'Read every documented field',
  'card-accounts/watch': 'Watch accounts',
};

const describeItself = {
  operationId: 'getOpenApi',
  summary: 'This document',
  security: [],
  responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } },
};

function describe(operation: Operation): object {
  const { operationId, summary, scope, bodySchema, answers } = operation;
  return {
    operationId,
    summary,
    security: [{ oauth2: [scope] }],
    parameters: [...parameters('path', operation.pathSchema), ...parameters('query', operation.querySchema)],
    ...(bodySchema && {
      requestBody: { required: true, content: { 'application/json': { schema: toSchema(bodySchema) } } },
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
