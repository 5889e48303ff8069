import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../../lib/client/client.ts';
import { TokenError } from '../../../lib/client/errors.ts';
import { type ClientServer, startClientServer } from '../../rigs/client-server.ts';

const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
let server: ClientServer;
let clock = 0;
beforeEach(async () => {
  server = await startClientServer();
  clock = 1_800_000_000_000;
});
afterEach(() => server.close());

const newClient = (more = {}) => createClient({ ...server.options, now: () => clock, ...more });
const bearers = () => server.calls.map(({ headers }) => headers.authorization);

describe('the token', () => {
  test('is asked for once, however many calls wait for it, and then serves its hour', async () => {
    const client = newClient();
    await Promise.all(Array.from({ length: 20 }, () => client.getCardAccount(account)));
    clock += 50 * 60_000;
    await client.getCardAccount(account);
    expect(server.tokens).toHaveLength(1);
    expect(new Set(bearers())).toEqual(new Set(['Bearer token-1']));
  });

  test('is asked for with both credentials form-encoded, and the scopes that were named', async () => {
    await newClient({ scopes: ['card-accounts/read', 'card-accounts/watch'] }).getCardAccount(account);
    const [asked] = server.tokens;
    const basic = Buffer.from(asked?.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    expect(basic).toBe('erp:p%40ss+w%C3%B6rd%3A1');
    expect(Object.fromEntries(new URLSearchParams(asked?.body.toString()))).toEqual({
      grant_type: 'client_credentials',
      scope: 'card-accounts/read card-accounts/watch',
    });
  });

  test('is renewed before its end while the calls go on with the one in hand', async () => {
    const client = newClient();
    await client.getCardAccount(account);
    clock += 56 * 60_000;
    let open = () => {};
    server.tokenGate = new Promise((resolve) => {
      open = resolve;
    });
    await Promise.all([client.getCardAccount(account), client.getCardAccount(account)]);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1']);
    open();
    await expect.poll(() => server.tokens.length).toBe(2);
    const nextBearer = async () => {
      await client.getCardAccount(account);
      return bearers().at(-1);
    };
    await expect.poll(nextBearer).toBe('Bearer token-2');
    expect(server.tokens).toHaveLength(2);
  });

  test('serves to its end when an early renewal fails, and the endpoint is not stormed', async () => {
    const client = newClient({ maxAttempts: 1 });
    await client.getCardAccount(account);
    clock += 56 * 60_000;
    server.tokenSteps.push({ status: 500 }, { status: 500 });
    for (let n = 0; n < 5; n += 1) await client.getCardAccount(account);
    await expect.poll(() => server.tokens.length).toBe(2);
    for (let n = 0; n < 5; n += 1) await client.getCardAccount(account);
    expect(server.tokens).toHaveLength(2);
    expect(new Set(bearers())).toEqual(new Set(['Bearer token-1']));
  });

  test('that has ended is never sent', async () => {
    const client = newClient();
    await client.getCardAccount(account);
    clock += 60 * 60_000 - 5_000;
    await client.getCardAccount(account);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('that the service refuses is replaced once', async () => {
    const refused = { status: 401, body: { code: 'UNAUTHORIZED' } };
    const client = newClient();
    server.steps.push(refused);
    await client.getCardAccount(account);
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
    server.steps.push(refused, refused);
    await expect(client.getCardAccount(account)).rejects.toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
    expect(server.calls).toHaveLength(4);
  });

  test('is not asked for again with a wrong secret', async () => {
    server.tokenSteps.push({ status: 401, body: { error: 'invalid_client' } });
    const failure = newClient().getCardAccount(account);
    await expect(failure).rejects.toBeInstanceOf(TokenError);
    await expect(failure).rejects.toMatchObject({ status: 401, code: 'invalid_client' });
    expect(server.tokens).toHaveLength(1);
  });

  test.each([
    ['a page', { status: 200, body: [] }],
    ['a reply without a token', { status: 200, body: { expires_in: 3600 } }],
  ])('is not made up from %s', async (_, step) => {
    server.tokenSteps.push(step);
    await expect(newClient().getCardAccount(account)).rejects.toMatchObject({ code: 'no_access_token' });
    expect(server.calls).toHaveLength(0);
  });

  test('still comes to those who wait when one of them gives up', async () => {
    const client = newClient();
    let open = () => {};
    server.tokenGate = new Promise((resolve) => {
      open = resolve;
    });
    const impatient = new AbortController();
    const first = client.getCardAccount(account, { signal: impatient.signal });
    const second = client.getCardAccount(account);
    await expect.poll(() => server.tokens.length).toBe(1);
    impatient.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    open();
    await expect(second).resolves.toEqual({ ok: true });
    expect(server.tokens).toHaveLength(1);
  });
});
