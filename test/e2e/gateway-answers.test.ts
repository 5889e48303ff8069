import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { gatewayResponses } from '../../lib/api/gateway-responses.ts';
import { bearer, problemOf, stage, start } from '../rigs/gateway.ts';

describe("the gateway's own answers", () => {
  test.each([
    ['an unknown path', '/nowhere', 'GET'],
    ['an unknown method', '/open', 'DELETE'],
    ['a function that is not deployed', '/gone', 'GET'],
    ['an empty path parameter', '/v1/things//parts/b', 'GET'],
  ])('are 404 for %s', async (_, path, method) => {
    expect(await problemOf(await fetch(stage.url + path, { method }))).toEqual([404, 'NOT_FOUND']);
  });

  test('are 400 for a path that cannot be decoded', async () => {
    const response = await fetch(`${stage.url}/v1/things/%zz/parts/b`, { headers: await bearer() });
    expect(await problemOf(response)).toEqual([400, 'INVALID_REQUEST']);
  });

  test('are 413 beyond 10 MB', async () => {
    const headers = await bearer({ scope: 'card-accounts/full' });
    const send = (bytes: number) =>
      fetch(`${stage.url}/v1/things`, { method: 'POST', headers, body: 'x'.repeat(bytes) });
    expect((await send(10 * 1024 * 1024)).status).toBe(200);
    expect(await problemOf(await send(10 * 1024 * 1024 + 1))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test.each([
    ['throws', new Error('secret words')],
    ['answers nothing', undefined],
    ['answers without a status', { body: '{}' }],
    ['answers an object for a body', { statusCode: 200, body: {} }],
  ])('are of the table when a function %s', async (_, result) => {
    stage.answer = result;
    const response = await fetch(`${stage.url}/open`);
    const { status, code } = gatewayResponses.find(({ type }) => type === 'INTEGRATION_FAILURE') ?? {};
    expect(await problemOf(response)).toEqual([status, code]);
  });

  test('come when a function is out of time', async () => {
    const slow = await start({ timeoutMs: 30, handlers: { open: () => new Promise(() => {}) } });
    expect((await fetch(`${slow}/open`)).status).toBeGreaterThanOrEqual(500);
  });
});

describe("a function's stage.answer", () => {
  test('passes with status, headers and multi-value headers, JSON by default', async () => {
    stage.answer = {
      statusCode: 201,
      headers: { 'X-A': 1 },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
      body: 'hi',
    };
    const response = await fetch(`${stage.url}/open`);
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, '1', 'hi']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  test('has its own challenge renamed, as AWS does', async () => {
    stage.answer = { statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: '{}' };
    const { headers } = await fetch(`${stage.url}/open`);
    expect([headers.get('www-authenticate'), headers.get('x-amzn-remapped-www-authenticate')]).toEqual([null, 'Basic']);
  });

  test('is decoded when it is base64', async () => {
    stage.answer = { statusCode: 200, body: btoa('hi'), isBase64Encoded: true };
    expect(await (await fetch(`${stage.url}/open`)).text()).toBe('hi');
  });
});

describe('the context', () => {
  test('counts down from 15 seconds and has a request id of its own', async () => {
    let left = 0;
    let id = '';
    const open = (event: unknown, context: { getRemainingTimeInMillis(): number; awsRequestId: string }) => {
      left = context.getRemainingTimeInMillis();
      id = context.awsRequestId;
      stage.seen.push(event as APIGatewayProxyEvent);
      return { statusCode: 200 };
    };
    await fetch(`${await start({ handlers: { open } })}/open`);
    expect(left).toBeGreaterThan(14_000);
    expect(left).toBeLessThanOrEqual(15_000);
    expect(id).not.toBe(stage.seen[0]?.requestContext.requestId);
  });
});
