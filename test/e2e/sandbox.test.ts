import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { sandboxEncrypt } from '../local/enkash-cipher.ts';
import { type EnkashSandbox, type SandboxOptions, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { fieldsOf, login, openReply, readCard, tokenOf } from '../rigs/sandbox-client.ts';

const running: EnkashSandbox[] = [];
async function start(options: SandboxOptions = {}): Promise<EnkashSandbox> {
  const sandbox = await startEnkashSandbox(options);
  running.push(sandbox);
  return sandbox;
}
const plain = { credentials: { encryption: 'off' } } as const;
const post = (sandbox: EnkashSandbox, path: string, body: unknown) =>
  fetch(new URL(path, sandbox.url), { method: 'POST', body: JSON.stringify(body) });

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

describe('login', () => {
  test('locks the account at the third failure in a row and then refuses the right password too', async () => {
    const sandbox = await start();
    const wrong = () => login(sandbox, { password: 'stale' });
    expect([(await wrong()).status, (await wrong()).status, (await wrong()).status]).toEqual([400, 400, 400]);
    expect(sandbox.stats()).toMatchObject({ logins: 3, refused: 3, lockOuts: 1, locked: true });
    const right = await login(sandbox);
    expect(right.status).toBe(400);
    expect(await right.json()).toMatchObject({ error_description: 'User account is locked' });
    await post(sandbox, '/__unlock', {});
    expect((await login(sandbox)).status).toBe(200);
  });

  test('forgets two failures after a success', async () => {
    const sandbox = await start();
    for (const password of ['x', 'x', undefined, 'x', 'x']) await login(sandbox, password ? { password } : {});
    expect(sandbox.stats()).toMatchObject({ failuresInARow: 2, lockOuts: 0 });
    expect((await login(sandbox)).status).toBe(200);
  });

  test.each(['basicId', 'basicSecret', 'username', 'password', 'clientId'] as const)('checks %s', async (field) => {
    const sandbox = await start();
    expect((await login(sandbox, { [field]: 'wrong' })).ok).toBe(false);
    expect(sandbox.stats().refused).toBe(1);
  });

  test('knows no other grant than password', async () => {
    const sandbox = await start();
    expect((await login(sandbox, {}, { grant_type: 'client_credentials' })).status).toBe(400);
    expect((await login(sandbox, {}, { grant_type: 'refresh_token' })).status).toBe(400);
  });

  test('says 86399 seconds, lets the token live 300, and gives the same token to an early second login', async () => {
    let clock = 1_700_000_000_000;
    const sandbox = await start({ ...plain, now: () => clock });
    const { access_token: token, expires_in: life } = await fieldsOf(login(sandbox));
    clock += 200_000;
    const second = await fieldsOf(login(sandbox));
    expect(life).toBe(86_399);
    expect(second).toMatchObject({ access_token: token, expires_in: 86_199 });
    expect((await readCard(sandbox, `${token}`)).status).toBe(200);
    clock += 100_000;
    expect((await readCard(sandbox, `${token}`)).status).toBe(401);
    expect(await tokenOf(sandbox)).not.toBe(token);
  });

  test('answers in the three shapes that the pages show', async () => {
    const sandbox = await start();
    const keys = async () => Object.keys(await fieldsOf(login(sandbox))).sort();
    expect(await keys()).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type']);
    sandbox.change({ tokenShape: 'camel' });
    expect(await keys()).toEqual(['accessToken', 'expiresIn', 'refreshToken', 'tokenType']);
    sandbox.change({ tokenShape: 'result' });
    expect(await keys()).toEqual(['expiry', 'resultCode', 'resultMessage', 'token']);
  });

  test('counts logins in flight and, when told so, fails all that overlap', async () => {
    const sandbox = await start({ settings: { loginMs: 50, breakConcurrent: true } });
    const replies = await Promise.all([login(sandbox), login(sandbox), login(sandbox)]);
    expect(replies.map(({ status }) => status)).toEqual([500, 500, 500]);
    expect(sandbox.stats()).toMatchObject({ maxLoginsInFlight: 3, loginsInFlight: 0, refused: 0 });
    expect((await login(sandbox)).status).toBe(200);
  });

  test('keeps old tokens when the password changes and refuses the old password', async () => {
    const sandbox = await start(plain);
    const token = await tokenOf(sandbox);
    const { password } = sandbox.credentials;
    await post(sandbox, '/__password', { password: 'new' });
    expect((await readCard(sandbox, token)).status).toBe(200);
    expect((await login(sandbox, { password })).status).toBe(400);
    expect((await login(sandbox)).status).toBe(200);
  });
});

describe('card account', () => {
  test.each(['off', 'aes-128-ecb', 'aes-128-ecb-raw'] as const)(
    'answers the account with encryption %s',
    async (mode) => {
      const sandbox = await start({ credentials: { encryption: mode } });
      const response = await readCard(sandbox, await tokenOf(sandbox));
      const text = await response.clone().text();
      expect(text.includes('availableBalance')).toBe(mode === 'off');
      expect(await openReply(sandbox, response)).toMatchObject({
        response_code: 0,
        payload: {
          cardAccountId: 'CATEST001',
          availableBalance: 898138,
          primaryEnKashCard: { companyId: 'CEKTEST001' },
        },
      });
    },
  );

  test('wraps the reply in request or response, stringified once or twice', async () => {
    const sandbox = await start({ settings: { wrapper: 'response', stringify: 2 } });
    const response = await readCard(sandbox, await tokenOf(sandbox));
    expect(Object.keys(await fieldsOf(response.clone()))).toEqual(['response']);
    const once = await openReply(sandbox, response);
    expect(typeof once === 'string' && JSON.parse(once)).toMatchObject({ payload: { cardAccountId: 'CATEST001' } });
  });

  test('encrypts to the documented vector', () => {
    const text = '{"cardAccountId":"CATEST001","companyId":"CEKTEST001"}';
    expect(sandboxEncrypt('aes-128-ecb', '0123456789abcdef0123456789abcdef01234567', text)).toBe(
      'g48nav3TVchlEGLZkE1ALz9P7EyfoGaqdzxLBGeNWyaYbiZ4+N4GusXQ1ScQgvuio32vOhe2s3SOOmmgXn2nCg==',
    );
  });

  test('refuses a bad token, a foreign partner, a wrong media type, a plain body and an unknown account', async () => {
    const sandbox = await start();
    const token = await tokenOf(sandbox);
    const status = async (response: Promise<Response>) => (await response).status;
    expect(await status(readCard(sandbox, 'guess'))).toBe(401);
    expect(await status(readCard(sandbox, token, { headers: { partnerId: 'other' } }))).toBe(403);
    expect(await status(readCard(sandbox, token, { headers: { 'content-type': 'text/plain' } }))).toBe(400);
    expect(await status(readCard(sandbox, token, { cardAccountId: 'CANONE' }))).toBe(404);
    sandbox.credentials.encryption = 'off';
    expect(await status(readCard(sandbox, token))).toBe(422);
  });

  test('has every kind of account', async () => {
    const sandbox = await start(plain);
    const token = await tokenOf(sandbox);
    const read = async (cardAccountId: string) => fieldsOf(readCard(sandbox, token, { cardAccountId }));
    expect(await read('CATEST002')).not.toHaveProperty('payload.totalAllocationPoint');
    expect(await read('CATEST003')).toMatchObject({ payload: { availableBalance: 5000, creditLimit: null } });
    expect(await read('CATEST004')).toMatchObject({
      payload: { availableBalance: -1250.75, creditLimit: 12345678.9, availableCardBalance: 1005.2900000000001 },
    });
    expect(Object.keys(await read('CATEST005'))).toHaveLength(10);
    expect(sandbox.accounts).toContainEqual({ companyId: 'CEKTEST002', cardAccountId: 'CATEST101' });
  });

  test('takes a new balance', async () => {
    const sandbox = await start(plain);
    const id = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
    expect((await post(sandbox, '/__balance', { ...id, availableBalance: 12.5 })).status).toBe(200);
    expect(await fieldsOf(readCard(sandbox, await tokenOf(sandbox)))).toMatchObject({
      payload: { availableBalance: 12.5, availableCardBalance: 92415.44 },
    });
  });
});

test('speaks TLS when given a certificate', async () => {
  const folder = new URL('../../node_modules/dynalite/ssl/', import.meta.url);
  const pem = (name: string) => readFileSync(new URL(name, folder));
  const sandbox = await start({ tls: { key: pem('server-key.pem'), cert: pem('server-crt.pem') } });
  expect(sandbox.url).toMatch(/^https:/);
  const status = await new Promise((resolve, reject) => {
    get(`${sandbox.url}/__stats`, { rejectUnauthorized: false }, ({ statusCode }) => resolve(statusCode)).on(
      'error',
      reject,
    );
  });
  expect(status).toBe(200);
});
