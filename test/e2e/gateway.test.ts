import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gatewayResponses } from '../../lib/api/gateway-responses.ts';
import { routes as deployedRoutes } from '../../lib/api/routes/routes.ts';
import { type GatewayOptions, type GatewayRoute, startGateway } from '../local/gateway.ts';
import type { Listener } from '../local/http-server.ts';
import { type OAuthIssuer, startOAuthIssuer } from '../local/oauth-issuer.ts';

const routes: readonly GatewayRoute[] = [
  { method: 'GET', path: '/v1/things/{id}/parts/{part}', functionName: 'read', scope: 'read' },
  { method: 'POST', path: '/v1/things', functionName: 'write', scope: 'full' },
  { method: 'GET', path: '/open', functionName: 'open', scope: null },
  { method: 'GET', path: '/gone', functionName: 'not-deployed', scope: null },
];
let seen: APIGatewayProxyEvent[] = [];
let answer: unknown;
const record = async (event: unknown) => {
  seen.push(event as APIGatewayProxyEvent);
  if (answer instanceof Error) throw answer;
  return answer;
};
const handlers = { read: record, write: record, open: record };
let issuer: OAuthIssuer;
const gateways: Listener[] = [];
let url: string;

async function start(options: Partial<GatewayOptions> = {}): Promise<string> {
  const gateway = await startGateway({ routes, handlers, issuer, ...options });
  gateways.push(gateway);
  return gateway.url;
}
beforeAll(async () => {
  issuer = await startOAuthIssuer([]);
  url = await start();
});
afterAll(() => Promise.all([issuer.close(), ...gateways.map((gateway) => gateway.close())]));
beforeEach(() => {
  seen = [];
  answer = { statusCode: 200, body: '{}' };
});

const now = () => Math.floor(Date.now() / 1000);
const claims = { sub: 'c', client_id: 'c', token_use: 'access', scope: 'card-accounts/read', version: 2 };
const token = (changes = {}) =>
  issuer.sign({ ...claims, iss: issuer.issuer, iat: now(), auth_time: now(), exp: now() + 60, ...changes });
const bearer = async (changes = {}) => ({ authorization: `Bearer ${await token(changes)}` });
const thing = '/v1/things/a/parts/b';

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { code: string; requestId: string };
  expect(response.headers.get('x-amzn-requestid')).toBe(problem.requestId);
  expect(Object.keys(problem).sort()).toEqual(['code', 'requestId', 'retryable', 'status', 'title', 'type']);
  return [response.status, problem.code];
}

describe('events', () => {
  test("have the keys of AWS's documented example, and no others than the published types know", async () => {
    await fetch(`${url}${thing}?a=1`, { headers: await bearer() });
    const [event] = seen;
    expect(Object.keys(event ?? {}).sort()).toEqual([
      'body',
      'headers',
      'httpMethod',
      'isBase64Encoded',
      'multiValueHeaders',
      'multiValueQueryStringParameters',
      'path',
      'pathParameters',
      'queryStringParameters',
      'requestContext',
      'resource',
      'stageVariables',
    ]);
    expect(Object.keys(event?.requestContext ?? {}).sort()).toEqual([
      'accountId',
      'apiId',
      'authorizer',
      'domainName',
      'domainPrefix',
      'extendedRequestId',
      'httpMethod',
      'identity',
      'path',
      'protocol',
      'requestId',
      'requestTime',
      'requestTimeEpoch',
      'resourceId',
      'resourcePath',
      'stage',
    ]);
    expect(event?.requestContext).toMatchObject({
      httpMethod: 'GET',
      resourcePath: '/v1/things/{id}/parts/{part}',
      path: thing,
      protocol: 'HTTP/1.1',
      stage: 'local',
      requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      identity: { sourceIp: '127.0.0.1', userAgent: 'node', caller: null, user: null, accountId: null },
    });
  });

  test('hand over each claim as text, times in the words of Java', async () => {
    await fetch(url + thing, { headers: await bearer({ exp: 1_900_000_000, iat: 1_714_565_422 }) });
    expect(seen[0]?.requestContext.authorizer).toEqual({
      claims: {
        sub: 'c',
        client_id: 'c',
        token_use: 'access',
        scope: 'card-accounts/read',
        version: '2',
        iss: issuer.issuer,
        auth_time: expect.stringMatching(/^\d{10}$/),
        iat: 'Wed May 01 12:10:22 UTC 2024',
        exp: 'Sun Mar 17 17:46:40 UTC 2030',
      },
    });
  });

  test('have null for query, path parameters, body and stage variables that are not there, and no authorizer', async () => {
    await fetch(`${url}/open`);
    expect(seen[0]).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
    expect(seen[0]?.requestContext).not.toHaveProperty('authorizer');
  });

  test('decode path parameters and query, with the last value beside all values', async () => {
    await fetch(`${url}/v1/things/a%2Fb/parts/%E2%82%B9?x=1&x=2&y=a%20b+c&z`, { headers: await bearer() });
    expect(seen[0]).toMatchObject({
      resource: '/v1/things/{id}/parts/{part}',
      path: '/v1/things/a%2Fb/parts/%E2%82%B9',
      pathParameters: { id: 'a/b', part: '₹' },
      queryStringParameters: { x: '2', y: 'a b c', z: '' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['a b c'], z: [''] },
    });
  });

  test('keep the spelling of header names and add the forwarding headers', async () => {
    await fetch(`${url}/open`, { headers: { 'X-Mixed-Case': 'v' } });
    const { headers, multiValueHeaders } = seen[0] ?? {};
    expect(headers).toMatchObject({
      'X-Mixed-Case': 'v',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '127.0.0.1',
    });
    expect(headers?.['X-Amzn-Trace-Id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(multiValueHeaders).toMatchObject({ 'X-Mixed-Case': ['v'], 'X-Forwarded-Port': ['443'] });
    expect(Object.keys(headers ?? {})).not.toContain('connection');
  });

  test('carry a body as text, and as base64 only for a binary media type', async () => {
    const scope = 'card-accounts/full';
    const send = async (to: string, type: string) =>
      fetch(`${to}/v1/things`, {
        method: 'POST',
        headers: { ...(await bearer({ scope })), 'content-type': type },
        body: '{"a":"₹"}',
      });
    await send(url, 'application/json');
    expect(seen[0]).toMatchObject({ body: '{"a":"₹"}', isBase64Encoded: false, httpMethod: 'POST' });
    await send(await start({ binaryMediaTypes: ['application/octet-stream'] }), 'application/octet-stream');
    expect(seen[1]).toMatchObject({ body: Buffer.from('{"a":"₹"}').toString('base64'), isBase64Encoded: true });
  });
});

describe('the authorizer', () => {
  test.each([
    ['no token', async () => ({}), 401],
    ['a word in place of a token', async () => ({ authorization: 'Bearer guess' }), 401],
    ['another issuer', () => bearer({ iss: 'https://elsewhere.example' }), 401],
    ['an expired token', () => bearer({ exp: now() - 1 }), 401],
    ['an identity token', () => bearer({ token_use: 'id' }), 401],
    ['a foreign scope', () => bearer({ scope: 'card-accounts/full' }), 403],
    ['no scope at all', () => bearer({ scope: undefined }), 403],
    ['a scope that only starts alike', () => bearer({ scope: 'card-accounts/read-all' }), 403],
  ])('refuses %s', async (_, headers, status) => {
    const [got, code] = await problemOf(await fetch(url + thing, { headers: await headers() }));
    expect([got, code]).toEqual([status, status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN_SCOPE']);
    expect(seen).toEqual([]);
  });

  test("refuses another pool's signature", async () => {
    const other = await startOAuthIssuer([]);
    const forged = await other.sign({ ...claims, iss: issuer.issuer, exp: now() + 60 });
    await other.close();
    expect((await fetch(url + thing, { headers: { authorization: `Bearer ${forged}` } })).status).toBe(401);
  });

  test('takes any one of the scopes, with or without the word Bearer', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/v1/things`, { method: 'POST', headers, body: '{}' });
    expect((await post(await bearer({ scope: 'other/x card-accounts/full' }))).status).toBe(200);
    expect((await post({ authorization: await token({ scope: 'card-accounts/full' }) })).status).toBe(200);
  });
});

describe('every deployed route with a scope', () => {
  const guarded = deployedRoutes.filter(({ scope }) => scope !== null);
  test.each(guarded.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'challenges a refused token as RFC 6750 says: %s',
    async (_, { method, path, functionName }) => {
      const gateway = await start({ routes: deployedRoutes, handlers: { [functionName]: record } });
      const call = async (headers: Record<string, string>) => {
        const response = await fetch(gateway + path.replaceAll(/\{\w+\}/g, 'x'), { method, headers });
        return [response.status, response.headers.get('www-authenticate')];
      };
      const realm = 'Bearer realm="card-accounts"';
      expect(await call({})).toEqual([401, realm]);
      expect(await call({ authorization: 'Bearer guess' })).toEqual([401, realm]);
      expect(await call(await bearer({ exp: now() - 1 }))).toEqual([401, `${realm}, error="invalid_token"`]);
      expect(await call(await bearer({ scope: 'x/y' }))).toEqual([403, `${realm}, error="insufficient_scope"`]);
      expect(seen).toEqual([]);
    },
  );
});

describe("the gateway's own answers", () => {
  test.each([
    ['an unknown path', '/nowhere', 'GET'],
    ['an unknown method', '/open', 'DELETE'],
    ['a function that is not deployed', '/gone', 'GET'],
    ['an empty path parameter', '/v1/things//parts/b', 'GET'],
  ])('are 404 for %s', async (_, path, method) => {
    expect(await problemOf(await fetch(url + path, { method }))).toEqual([404, 'NOT_FOUND']);
  });

  test('are 400 for a path that cannot be decoded', async () => {
    const response = await fetch(`${url}/v1/things/%zz/parts/b`, { headers: await bearer() });
    expect(await problemOf(response)).toEqual([400, 'INVALID_REQUEST']);
  });

  test('are 413 beyond 10 MB', async () => {
    const headers = await bearer({ scope: 'card-accounts/full' });
    const send = (bytes: number) => fetch(`${url}/v1/things`, { method: 'POST', headers, body: 'x'.repeat(bytes) });
    expect((await send(10 * 1024 * 1024)).status).toBe(200);
    expect(await problemOf(await send(10 * 1024 * 1024 + 1))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test.each([
    ['throws', new Error('secret words')],
    ['answers nothing', undefined],
    ['answers without a status', { body: '{}' }],
    ['answers an object for a body', { statusCode: 200, body: {} }],
  ])('are of the table when a function %s', async (_, result) => {
    answer = result;
    const response = await fetch(`${url}/open`);
    const { status, code } = gatewayResponses.find(({ type }) => type === 'INTEGRATION_FAILURE') ?? {};
    expect(await problemOf(response)).toEqual([status, code]);
  });

  test('come when a function is out of time', async () => {
    const slow = await start({ timeoutMs: 30, handlers: { open: () => new Promise(() => {}) } });
    expect((await fetch(`${slow}/open`)).status).toBeGreaterThanOrEqual(500);
  });
});

describe("a function's answer", () => {
  test('passes with status, headers and multi-value headers, JSON by default', async () => {
    answer = {
      statusCode: 201,
      headers: { 'X-A': 1 },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
      body: 'hi',
    };
    const response = await fetch(`${url}/open`);
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, '1', 'hi']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  test('has its own challenge renamed, as AWS does', async () => {
    answer = { statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: '{}' };
    const { headers } = await fetch(`${url}/open`);
    expect([headers.get('www-authenticate'), headers.get('x-amzn-remapped-www-authenticate')]).toEqual([null, 'Basic']);
  });

  test('is decoded when it is base64', async () => {
    answer = { statusCode: 200, body: btoa('hi'), isBase64Encoded: true };
    expect(await (await fetch(`${url}/open`)).text()).toBe('hi');
  });
});

describe('the context', () => {
  test('counts down from 15 seconds and has a request id of its own', async () => {
    let left = 0;
    let id = '';
    const open = (event: unknown, context: { getRemainingTimeInMillis(): number; awsRequestId: string }) => {
      left = context.getRemainingTimeInMillis();
      id = context.awsRequestId;
      seen.push(event as APIGatewayProxyEvent);
      return { statusCode: 200 };
    };
    await fetch(`${await start({ handlers: { open } })}/open`);
    expect(left).toBeGreaterThan(14_000);
    expect(left).toBeLessThanOrEqual(15_000);
    expect(id).not.toBe(seen[0]?.requestContext.requestId);
  });
});
