import { describe, expect, test } from 'vitest';
import { routes as deployedRoutes } from '../../lib/api/routes/routes.ts';
import { startOAuthIssuer } from '../local/oauth-issuer.ts';
import { bearer, claims, issuer, now, problemOf, record, stage, start, thing, token } from '../rigs/gateway.ts';

describe('events', () => {
  test("have the keys of AWS's documented example, and no others than the published types know", async () => {
    await fetch(`${stage.url}${thing}?a=1`, { headers: await bearer() });
    const [event] = stage.seen;
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
    await fetch(stage.url + thing, { headers: await bearer({ exp: 1_900_000_000, iat: 1_714_565_422 }) });
    expect(stage.seen[0]?.requestContext.authorizer).toEqual({
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
    await fetch(`${stage.url}/open`);
    expect(stage.seen[0]).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
    expect(stage.seen[0]?.requestContext).not.toHaveProperty('authorizer');
  });

  test('decode path parameters and query, with the last value beside all values', async () => {
    await fetch(`${stage.url}/v1/things/a%2Fb/parts/%E2%82%B9?x=1&x=2&y=a%20b+c&z`, { headers: await bearer() });
    expect(stage.seen[0]).toMatchObject({
      resource: '/v1/things/{id}/parts/{part}',
      path: '/v1/things/a%2Fb/parts/%E2%82%B9',
      pathParameters: { id: 'a/b', part: '₹' },
      queryStringParameters: { x: '2', y: 'a b c', z: '' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['a b c'], z: [''] },
    });
  });

  test('keep the spelling of header names and add the forwarding headers', async () => {
    await fetch(`${stage.url}/open`, { headers: { 'X-Mixed-Case': 'v' } });
    const { headers, multiValueHeaders } = stage.seen[0] ?? {};
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
    await send(stage.url, 'application/json');
    expect(stage.seen[0]).toMatchObject({ body: '{"a":"₹"}', isBase64Encoded: false, httpMethod: 'POST' });
    await send(await start({ binaryMediaTypes: ['application/octet-stream'] }), 'application/octet-stream');
    expect(stage.seen[1]).toMatchObject({ body: Buffer.from('{"a":"₹"}').toString('base64'), isBase64Encoded: true });
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
    const [got, code] = await problemOf(await fetch(stage.url + thing, { headers: await headers() }));
    expect([got, code]).toEqual([status, status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN_SCOPE']);
    expect(stage.seen).toEqual([]);
  });

  test("refuses another pool's signature", async () => {
    const other = await startOAuthIssuer([]);
    const forged = await other.sign({ ...claims, iss: issuer.issuer, exp: now() + 60 });
    await other.close();
    expect((await fetch(stage.url + thing, { headers: { authorization: `Bearer ${forged}` } })).status).toBe(401);
  });

  test('takes any one of the scopes, with or without the word Bearer', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${stage.url}/v1/things`, { method: 'POST', headers, body: '{}' });
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
      expect(stage.seen).toEqual([]);
    },
  );
});
