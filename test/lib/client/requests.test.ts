import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { retryAfterOf } from '../../../lib/client/attempts.ts';
import { createClient } from '../../../lib/client/client.ts';
import { ApiError, ConnectionError, isApiError } from '../../../lib/client/errors.ts';
import { type ClientServer, problem, startClientServer } from '../../rigs/client-server.ts';

const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
let server: ClientServer;
beforeEach(async () => {
  server = await startClientServer();
});
afterEach(() => server.close());
const newClient = (more = {}) => createClient({ ...server.options, ...more });
const sent = () => server.calls.map(({ method, url }) => `${method} ${url.pathname}${url.search}`);

describe('a problem', () => {
  test('is an error with all that the service said', async () => {
    const fields = [{ field: 'maxAge', message: 'must be a whole number of seconds' }];
    const { status, body } = problem(400, 'INVALID_REQUEST', false);
    server.steps.push({ status, body: { ...body, reason: 'why', errors: fields } });
    const error = await newClient()
      .getCardAccount(account)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
      requestId: 'request-1',
      reason: 'why',
      fields,
    });
    expect(isApiError(error, 'INVALID_REQUEST')).toBe(true);
    expect(isApiError(error, 'ACCOUNT_NOT_FOUND')).toBe(false);
    expect(server.calls).toHaveLength(1);
  });

  test('with a code that this release does not know is thrown like any other', async () => {
    server.steps.push(problem(409, 'BRAND_NEW', false));
    await expect(newClient().getCardAccount(account)).rejects.toMatchObject({ code: 'BRAND_NEW', retryable: false });
  });

  test('from something else on the way has the status as its code, and none of the text', async () => {
    server.steps.push({ status: 403, body: ['<html>secret</html>'] });
    const failure = newClient().getCardAccount(account);
    await expect(failure).rejects.toMatchObject({ code: 'HTTP_403', message: '403 HTTP_403' });
  });
});

describe('what may pass', () => {
  test.each([
    ['a retryable problem', problem(503, 'UPSTREAM_UNAVAILABLE', true)],
    ['a rate limit', problem(429, 'RATE_LIMITED', true)],
    ['a page of a gateway', { status: 502, body: [] }],
    ['a connection that breaks', { status: 0, hangUp: true }],
  ])('is tried again: %s', async (_, step) => {
    server.steps.push(step, step);
    await expect(newClient().getCardAccount(account)).resolves.toEqual({ ok: true });
    expect(server.calls).toHaveLength(3);
  });

  test('is given up after three attempts', async () => {
    server.steps.push(...Array(5).fill(problem(503, 'UPSTREAM_UNAVAILABLE', true)));
    await expect(newClient().getCardAccount(account)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(server.calls).toHaveLength(3);
  });

  test('is tried again no sooner than Retry-After says', async () => {
    const { status, body } = problem(503, 'UPSTREAM_UNAVAILABLE', true);
    server.steps.push({ status, body, headers: { 'retry-after': '1' } });
    const started = performance.now();
    await newClient().getCardAccount(account);
    expect(performance.now() - started).toBeGreaterThanOrEqual(995);
  });

  test('is left to the caller when Retry-After is longer than it wants to wait', async () => {
    const { status, body } = problem(503, 'PARTNER_LOGIN_BLOCKED', true);
    server.steps.push({ status, body, headers: { 'retry-after': '60' } });
    await expect(newClient().getCardAccount(account)).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(server.calls).toHaveLength(1);
  });

  test('is not waited for by a caller who gives up', async () => {
    const { status, body } = problem(503, 'UPSTREAM_UNAVAILABLE', true);
    server.steps.push({ status, body, headers: { 'retry-after': '9' } });
    const stop = new AbortController();
    const failure = newClient().getCardAccount(account, { signal: stop.signal });
    await expect.poll(() => server.calls.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(failure).rejects.toThrow('enough');
  });

  test('ends as a time-out when no answer comes', async () => {
    server.steps.push({ status: 0, silent: true }, { status: 0, silent: true });
    const failure = newClient({ timeoutMs: 60, maxAttempts: 2 }).getCardAccount(account);
    await expect(failure).rejects.toBeInstanceOf(ConnectionError);
    await expect(failure).rejects.toMatchObject({ kind: 'timeout' });
    expect(server.calls).toHaveLength(2);
  });
});

describe('what may not be repeated', () => {
  test('a change with a condition is sent once: its own success would refuse the second', async () => {
    server.steps.push({ status: 0, hangUp: true });
    await expect(newClient().putWatch(account, {}, { ifMatch: '"1"' })).rejects.toBeInstanceOf(ConnectionError);
    expect(sent()).toEqual([`PUT /v1/companies/CEKTEST001/card-accounts/CATEST001/watch`]);
  });

  test('a plain change is repeated', async () => {
    server.steps.push({ status: 0, hangUp: true }, { status: 200, body: {}, headers: { etag: '"2"' } });
    await expect(newClient().putWatch(account)).resolves.toEqual({ watch: {}, etag: '"2"' });
    expect(sent()).toHaveLength(2);
  });

  test('a redirect is not followed: it would get the token', async () => {
    server.steps.push({ status: 302, headers: { location: `${server.url}/elsewhere` } });
    await expect(newClient({ maxAttempts: 1 }).getCardAccount(account)).rejects.toBeInstanceOf(ConnectionError);
    expect(sent()).toHaveLength(1);
  });
});

describe('pages', () => {
  const page = (items: unknown[], nextCursor: string | null) => ({ status: 200, body: { items, nextCursor } });

  test('are fetched when they are reached, and their items come one after the other', async () => {
    server.steps.push(page([1, 2], 'a'), page([], 'b'), page([3], null));
    const items: unknown[] = [];
    for await (const item of newClient().listDays(account, { from: '2026-11-01', to: '2026-12-01', limit: 2 })) {
      items.push(item);
      if (items.length === 2) expect(server.calls).toHaveLength(1);
    }
    expect(items).toEqual([1, 2, 3]);
    const path = 'GET /v1/companies/CEKTEST001/card-accounts/CATEST001/balances';
    expect(sent()).toEqual([
      `${path}?from=2026-11-01&to=2026-12-01&interval=day&limit=2`,
      `${path}?cursor=a&limit=2`,
      `${path}?cursor=b&limit=2`,
    ]);
  });

  test('can be left early, read page by page, and read again', async () => {
    server.steps.push(page([1], 'a'), page([1], 'a'), page([2], null));
    const events = newClient().listEvents('CEKTEST001', { from: '2026-11-01T00:00:00Z' });
    for await (const _ of events) break;
    const pages: unknown[] = [];
    for await (const { items, nextCursor } of events.pages()) pages.push([items, nextCursor]);
    expect(pages).toEqual([
      [[1], 'a'],
      [[2], null],
    ]);
  });

  test('that lead to themselves end in an error', async () => {
    server.steps.push(page([1], 'a'), page([2], 'a'), page([3], 'a'));
    const reading = async () => {
      for await (const _ of newClient().listCardAccounts('CEKTEST001'));
    };
    await expect(reading()).rejects.toThrow('circle');
    expect(server.calls).toHaveLength(2);
  });
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-25T00:00:00Z');
  const of = (value: string) => retryAfterOf(new Headers({ 'retry-after': value }), now);
  expect(['7', 'Wed, 25 Nov 2026 00:00:09 GMT', 'Wed, 25 Nov 2020 00:00:00 GMT', 'soon'].map(of)).toEqual([
    7,
    9,
    0,
    undefined,
  ]);
  expect(retryAfterOf(new Headers(), now)).toBeUndefined();
});
