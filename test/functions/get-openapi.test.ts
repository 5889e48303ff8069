import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createHandler } from '../../functions/get-openapi.ts';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { examples } from '../../lib/api/routes/examples.ts';
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
const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  description: z.string(),
  schema,
});
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.object({ oauth2: z.array(z.string()) })),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ required: z.boolean() }).optional(),
  responses: z.record(z.string(), response),
});
const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
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
  const $defs = document.components.schemas;
  const whole = JSON.stringify({ ...content, $defs }).replaceAll('#/components/schemas/', '#/$defs/');
  const checked = z.fromJSONSchema(JSON.parse(whole)).safeParse(JSON.parse(body));
  return checked.success ? undefined : z.prettifyError(checked.error);
}

describe('GET /openapi.json', () => {
  const deps = { document: JSON.stringify(openApiDocument()), tokenUrl: 'https://token.example/oauth2/token' };
  const asked = (requestContext: object) => createHandler(deps)({ requestContext });
  const placesOf = ({ body }: ApiResponse) => {
    const { servers, components } = JSON.parse(body);
    return [servers[0].url, components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl];
  };

  test.each([
    [
      'abc.execute-api.ap-south-1.amazonaws.com',
      '/uat/openapi.json',
      'https://abc.execute-api.ap-south-1.amazonaws.com/uat',
    ],
    ['cards.example.com', '/openapi.json', 'https://cards.example.com'],
    ['127.0.0.1:8443', '/openapi.json', 'http://127.0.0.1:8443'],
    ['localhost', '/openapi.json', 'http://localhost'],
    ['localhost.example.com', '/openapi.json', 'https://localhost.example.com'],
  ])('names the server and token URL of its own stage: %s%s', async (domainName, path, url) => {
    expect(placesOf(await asked({ domainName, path }))).toEqual([url, deps.tokenUrl]);
  });

  test.each([
    ['evil.example/"', '/openapi.json'],
    ['a.example', '/x"/openapi.json'],
    ['a.example', '/elsewhere'],
  ])('takes no place from a request that is none: %s%s', async (domainName, path) => {
    expect(placesOf(await asked({ domainName, path }))).toEqual(['https://api.card-accounts.invalid', deps.tokenUrl]);
  });

  test('answers the document as JSON, without a token', async () => {
    expect(await createHandler({ ...deps, document: '{"openapi":"3.1.0"}' })(null)).toStrictEqual({
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

  test('is the committed openapi.json (npm run openapi)', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test('explains every name of ours, in the words of one glossary', () => {
    const unexplained: string[] = [];
    const look = (value: unknown, path: string): void => {
      const { properties, items, anyOf } = Object(value);
      for (const [name, property] of Object.entries(Object(properties))) {
        const here = `${path}.${name}`;
        if (!('description' in Object(property))) unexplained.push(here);
        look(property, here);
      }
      if (items) look(items, `${path}[]`);
      for (const choice of anyOf ?? []) look(choice, path);
    };
    const { DropInAnswer: _, ...ours } = document.components.schemas;
    for (const [name, named] of Object.entries(ours)) look(named, name);
    const enkashsOwn = /^CardAccount\.(details|primaryCard)\./;
    expect(unexplained.filter((path) => !enkashsOwn.test(path))).toEqual([]);
    for (const operation of operations)
      for (const { name, description } of operation.parameters ?? []) expect(description, name).toMatch(/\w{3}/);
  });

  test('tells generators of clients nothing that they cut or refuse: no anyOf but with null, integers as integers', () => {
    const wrong: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { anyOf, type, const: constant } = Object(value);
      const rest = (anyOf ?? []).filter((choice: { type?: string }) => choice.type !== 'null');
      if (rest.length > 1) wrong.push(`${path}: anyOf`);
      if (typeof constant === 'number' && type !== 'integer') wrong.push(`${path}: const`);
      for (const [name, inner] of Object.entries(value)) look(inner, `${path}/${name}`);
    };
    look({ paths: document.paths, components: document.components }, '');
    expect(wrong).toEqual([]);
  });

  test('has an example for every answer with a body, and every example passes the schema of its route', () => {
    for (const { operationId, body, answers } of routes) {
      if (operationId === 'getOpenApi') continue;
      const { body: sent, answers: shown = {} } = examples[operationId] ?? {};
      if (sent) expect(z.safeParse(body, sent).error, operationId).toBeUndefined();
      for (const [status, answer] of Object.entries(answers)) {
        if (answer === null) continue;
        const named = Object.entries(shown[Number(status)] ?? {});
        expect(named.length, `${operationId} ${status}`).toBeGreaterThan(0);
        for (const [name, value] of named)
          expect(z.safeParse(answer, value).error, `${operationId} ${name}`).toBeUndefined();
      }
    }
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
    const foreign = { ...account, companyId: 'CEKOTHER01' };
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
      [getEvent({ pathParameters: foreign }), dropInEvent({ body: JSON.stringify(foreign) })],
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

  test('the check itself objects to a field too few, a number for money and another status; an added field is allowed', async () => {
    const answer = await startHandlers().get();
    const changed = (changes: object) => ({
      ...answer,
      body: JSON.stringify({ ...JSON.parse(answer.body), ...changes }),
    });
    expect(objection(get, changed({ extra: 1 }))).toBeUndefined();
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
