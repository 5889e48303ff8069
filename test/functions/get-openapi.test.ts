import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createHandler } from '../../functions/get-openapi.ts';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import { errorCodes } from '../../lib/errors.ts';
import { failing } from '../rigs/client-rig.ts';
import { payload, reply, success } from '../rigs/enkash-sample.ts';
import { account, claimsOf, dropInEvent, getEvent, startHandlers, withQuery } from '../rigs/function-rig.ts';

const schema = z.record(z.string(), z.unknown());
const response = z.object({
  description: z.string(),
  content: z.record(z.string(), z.object({ schema })).optional(),
});
const parameter = z.object({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), schema });
const operation = z.object({
  operationId: z.string(),
  security: z.array(z.object({ oauth2: z.array(z.string()) })),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ required: z.boolean() }).optional(),
  responses: z.record(z.string(), response),
});
const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.object({ Problem: schema }) }),
});
const document = documentSchema.parse(JSON.parse(JSON.stringify(openApiDocument())));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ name: `${method.toUpperCase()} ${path}`, ...described })),
);

/** What the document says against an answer: nothing, or why it does not match. */
function objection(name: string, { statusCode, headers, body }: ApiResponse): string | undefined {
  const described = operations.find((candidate) => candidate.name === name)?.responses[statusCode];
  const content = described?.content?.[headers?.['content-type'] ?? '']?.schema;
  if (!content) return `${name} ${statusCode} ${headers?.['content-type']} is not described`;
  const isProblem = content.$ref === '#/components/schemas/Problem';
  const checked = z
    .fromJSONSchema(isProblem ? document.components.schemas.Problem : content)
    .safeParse(JSON.parse(body));
  return checked.success ? undefined : z.prettifyError(checked.error);
}

describe('GET /openapi.json', () => {
  test('answers the document as JSON, without a token', async () => {
    expect(await createHandler('{"openapi":"3.1.0"}')()).toStrictEqual({
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
      body: '{"openapi":"3.1.0"}',
    });
  });
});

describe('the OpenAPI document', () => {
  test('lists exactly the routes that are deployed', () => {
    const deployed = routes.map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ name }) => name).toSorted()).toStrictEqual(deployed.toSorted());
  });

  test('asks for exactly the scope that the authorizer of each route asks for', () => {
    for (const { method, path, scope } of routes) {
      const security = document.paths[path]?.[method.toLowerCase()]?.security;
      expect(security, `${method} ${path}`).toStrictEqual(
        scope === null ? [] : [{ oauth2: [`card-accounts/${scope}`] }],
      );
    }
  });

  test('describes every path parameter of every path, as required', () => {
    for (const { name, parameters = [] } of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = parameters.filter(({ in: place }) => place === 'path');
      expect(described.map((found) => found.name).toSorted(), name).toStrictEqual(inPath.toSorted());
      expect(
        described.every(({ required }) => required),
        name,
      ).toBe(true);
    }
  });

  test('has a unique operationId for each operation', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test('never names the card token', () => {
    expect(JSON.stringify(document)).not.toContain('"token"');
  });

  test('asks for the body that a route cannot do without, and lets the rule of a watch be left out', () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      requestBody ? [[operationId, requestBody]] : [],
    );
    expect(bodies).toStrictEqual([
      ['batchGetCardAccounts', { required: true }],
      ['watchCardAccount', { required: false }],
      ['getCardAccountDropIn', { required: true }],
    ]);
  });

  test('requires no query parameter of getCardAccount', () => {
    const { parameters = [] } = operations.find(({ operationId }) => operationId === 'getCardAccount') ?? {};
    expect(parameters.filter(({ in: place, required }) => place === 'query' && required)).toStrictEqual([]);
  });
});

describe('answers match the OpenAPI document', () => {
  const get = 'GET /v1/companies/{companyId}/card-accounts/{cardAccountId}';
  const dropIn = 'POST /api/v0/partner/enKashCard/cardAccount/get';
  const sparse = () => reply({ ...success, payload: { ...account, availableBalance: 1 } });
  const full = getEvent(withQuery({ view: ['full'] }));

  test.each([
    ['the documented account', undefined],
    ['an account of nothing but ids and balance', sparse],
  ])('%s, in every view', async (_, enkash) => {
    const rig = () => startHandlers(enkash ? { enkash } : {});
    expect(objection(get, await rig().get())).toBeUndefined();
    expect(objection(get, await rig().get(full))).toBeUndefined();
    expect(objection(dropIn, await rig().dropIn())).toBeUndefined();
  });

  test('every failure that a caller can cause or meet', async () => {
    const seen = new Set<number>();
    const upstream = [200, 302, 400, 401, 403, 404, 422, 429, 500, 503].map((status) => () => failing(status, '1'));
    for (const enkash of [...upstream, () => reply({ ...success, payload: { ...payload, companyId: 'CEKOTHER99' } })]) {
      const answers = [await startHandlers({ enkash }).get(), await startHandlers({ enkash }).dropIn()];
      expect([objection(get, answers[0] ?? fail), objection(dropIn, answers[1] ?? fail)]).toStrictEqual([
        undefined,
        undefined,
      ]);
      for (const { statusCode } of answers) seen.add(statusCode);
    }
    const read = claimsOf('card-accounts/read');
    const events = [
      [getEvent({ pathParameters: null }), dropInEvent({ body: '' })],
      [getEvent(withQuery({ view: ['full'] }), read), dropInEvent({}, read)],
      [{}, dropInEvent({ headers: null })],
      [null, dropInEvent({ body: ' '.repeat(9_000) })],
      [getEvent({ requestContext: {} }), dropInEvent({ requestContext: {} })],
    ];
    for (const [getRequest, dropInRequest] of events) {
      const answers = [await startHandlers().get(getRequest), await startHandlers().dropIn(dropInRequest)];
      expect([objection(get, answers[0] ?? fail), objection(dropIn, answers[1] ?? fail)]).toStrictEqual([
        undefined,
        undefined,
      ]);
      for (const { statusCode } of answers) seen.add(statusCode);
    }
    expect([...seen].toSorted()).toStrictEqual([400, 401, 403, 404, 413, 415, 502, 503]);
  });

  test('the check itself objects to a field too many, one too few, and a number for money', async () => {
    const answer = await startHandlers().get();
    const changed = (changes: object) => ({
      ...answer,
      body: JSON.stringify({ ...JSON.parse(answer.body), ...changes }),
    });
    expect(objection(get, changed({ extra: 1 }))).toContain('extra');
    expect(objection(get, changed({ companyId: undefined }))).toBeDefined();
    expect(objection(get, changed({ balances: { available: 1 } }))).toBeDefined();
    expect(objection(get, { ...answer, statusCode: 418 })).toContain('not described');
  });

  const fail: ApiResponse = { statusCode: 0, body: '' };
});

test('every code of the contract has its status', () => {
  const statuses = Object.fromEntries(Object.entries(errorCodes).map(([code, { status }]) => [code, status]));
  expect(statuses).toStrictEqual({
    INVALID_REQUEST: 400,
    UNAUTHORIZED: 401,
    FORBIDDEN_SCOPE: 403,
    BLOCKED: 403,
    ACCOUNT_NOT_FOUND: 404,
    NOT_FOUND: 404,
    PAYLOAD_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    RATE_LIMITED: 429,
    INTERNAL: 500,
    UPSTREAM_REFUSED: 502,
    UPSTREAM_UNREADABLE: 502,
    UPSTREAM_MISMATCH: 502,
    UPSTREAM_UNAVAILABLE: 503,
    PARTNER_LOGIN_BLOCKED: 503,
    CREDENTIALS_UNAVAILABLE: 503,
    UPSTREAM_TIMEOUT: 504,
  });
});
