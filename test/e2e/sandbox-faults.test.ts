import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAgents } from '../../lib/enkash/connections.ts';
import { createTransport } from '../../lib/enkash/transport.ts';
import { faults } from '../local/enkash-faults.ts';
import { type EnkashSandbox, type SandboxOptions, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { login, readCard, tokenOf } from '../rigs/sandbox-client.ts';

const running: EnkashSandbox[] = [];
async function start(options: SandboxOptions = {}): Promise<EnkashSandbox> {
  const sandbox = await startEnkashSandbox(options);
  running.push(sandbox);
  return sandbox;
}
const plain = { credentials: { encryption: 'off' } } as const;
const post = (sandbox: EnkashSandbox, path: string, body: unknown) =>
  fetch(new URL(path, sandbox.url), { method: 'POST', body: JSON.stringify(body) });

/** Of every kind in ../shared/cases, as far as a reply can show it. */
const quirks = [
  ...['html-404', 'text-404', 'spring-404', 'html-405', 'html-403', 'cf-1020', '401', '401-always'],
  ...[
    'invalid-token-400',
    'code-401-in-200',
    'card-number-in-texts',
    'long-text',
    'empty-card-list',
    'empty-card-text',
  ],
  ...['coding-utf8', 'coding-unknown', 'gzip-unasked', 'gzip-bomb', 'base64-in-lines', 'base64-newline', 'utf16'],
  ...['time-with-fraction', 'time-with-t', 'time-in-epoch-ms', 'float-noise-of-billions', 'money-third-digit', 'nan'],
  ...['not-http', 'half-body', 'reset', 'hang', 'dead-socket', 'empty', 'oversize', 'redirect', 'other-account'],
];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

describe('faults', () => {
  const outcome = async (response: Promise<Response>) => {
    try {
      const settled = await response;
      return `${settled.status} ${(await settled.text()).slice(0, 1)}`;
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  };

  test('spoil as many requests as told, then heal', async () => {
    const sandbox = await start(plain);
    const token = await tokenOf(sandbox);
    await post(sandbox, '/__faults', { api: '503', times: 2, retryAfter: 7 });
    const first = await readCard(sandbox, token);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
    expect((await readCard(sandbox, token)).status).toBe(503);
    expect((await readCard(sandbox, token)).status).toBe(200);
  });

  test('refuse a name that is not theirs', async () => {
    const sandbox = await start();
    expect((await post(sandbox, '/__faults', { api: 'nonsense' })).status).toBe(400);
    expect((await post(sandbox, '/__faults', { token: 'money-text' })).status).toBe(400);
    expect((await post(sandbox, '/__balance', { companyId: 'x' })).status).toBe(400);
    expect((await post(sandbox, '/__nothing', {})).status).toBe(404);
  });

  test('count every login that any answer stands in front of, but not one that an edge proves to have turned away', async () => {
    const sandbox = await start();
    sandbox.setFaults({ token: 'cf-1020' });
    for (let time = 0; time < 5; time += 1) await login(sandbox);
    expect(sandbox.stats()).toMatchObject({ spoiltLogins: 0, failuresInARow: 0 });
    for (const token of ['html-403', '503', '401']) {
      sandbox.setFaults({ token });
      await login(sandbox);
    }
    expect(sandbox.stats()).toMatchObject({ spoiltLogins: 3, lockOuts: 1, locked: true });
  });

  test('keep a login in flight as long as its connection is open', async () => {
    const sandbox = await start();
    sandbox.setFaults({ token: 'hang', times: 1 });
    const gone = new AbortController();
    const hanging = fetch(`${sandbox.url}/oauth/token`, { method: 'POST', signal: gone.signal }).catch(() => 'gone');
    await vi.waitFor(() => expect(sandbox.stats().loginsInFlight).toBe(1));
    await login(sandbox);
    expect(sandbox.stats().maxLoginsInFlight).toBe(2);
    gone.abort();
    expect(await hanging).toBe('gone');
    await vi.waitFor(() => expect(sandbox.stats().loginsInFlight).toBe(0));
  });

  test('count a login whose reply is lost, and not one that was never read', async () => {
    const sandbox = await start();
    sandbox.setFaults({ token: 'reset' });
    expect(await outcome(login(sandbox))).toBe('TypeError');
    expect(sandbox.stats().logins).toBe(0);
    sandbox.setFaults({ token: 'reset-after' });
    expect(await outcome(login(sandbox, { password: 'x' }))).toBe('TypeError');
    sandbox.setFaults({ token: 'reset-after-bytes' });
    expect(await outcome(login(sandbox, { password: 'x' }))).toBe('TypeError');
    expect(sandbox.stats().failuresInARow).toBe(2);
  });

  test('delay an honest answer', async () => {
    const sandbox = await start();
    sandbox.setFaults({ delayMs: 80 });
    const began = performance.now();
    expect((await login(sandbox)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(75);
  });

  test('each do something else than the honest answer, and none of them by accident', async () => {
    const seen = async (reply: Response) =>
      `${reply.status} ${reply.headers.get('content-encoding')} ${await reply.text().catch(() => 'cut')}`;
    const begin = async (options?: Parameters<typeof start>[0]) => {
      const sandbox = await start(options);
      const token = await tokenOf(sandbox);
      return { sandbox, token, honest: await seen(await readCard(sandbox, token)) };
    };
    const [inPlain, encrypted] = [await begin(plain), await begin()];
    for (const [name, { kind }] of faults) {
      if (['hang', 'hang-before', 'dead-socket'].includes(name)) continue;
      const { sandbox, token, honest } = name.startsWith('base64-') ? encrypted : inPlain;
      sandbox.setFaults({ api: name });
      const reply = await readCard(sandbox, token).catch(() => undefined);
      if (kind === 'edit' || kind === 'cipher') expect(reply?.status, name).toBe(200);
      expect(reply && (await seen(reply)), name).not.toBe(honest);
    }
  });

  test('leave a connection dead that was used before, so that a read goes out once more on a fresh one', async () => {
    const sandbox = await start(plain);
    let now = Date.now();
    const send = createTransport(createAgents(() => now));
    const url = new URL('/api/v0/partner/enKashCard/cardAccount/get', sandbox.url);
    const headers = { authorization: `Bearer ${await tokenOf(sandbox)}` };
    const call = (freshSocket = false) =>
      send({ url, headers, body: '{}', connectMs: 1_000, callMs: 3_000, silentMs: 100, freshSocket });
    expect(await call()).toMatchObject({ kind: 'reply' });
    sandbox.setFaults({ api: 'dead-socket' });
    now += 61_000;
    expect(await call()).toMatchObject({ kind: 'failed', why: 'silent' });
    expect(await call(true)).toMatchObject({ kind: 'reply' });
  });

  test('are listed by name for a person, with every quirk that replayed reports name', async () => {
    const sandbox = await start();
    const listed = Object(await (await fetch(`${sandbox.url}/__faults`)).json());
    expect(listed).toEqual({ faults: [...faults.keys()] });
    expect(listed.faults).toEqual(expect.arrayContaining(quirks));
  });

  test('hang without an answer', async () => {
    const sandbox = await start(plain);
    sandbox.setFaults({ api: 'hang' });
    const given = AbortSignal.timeout(100);
    await expect(fetch(`${sandbox.url}/oauth/token`, { method: 'POST', signal: given })).resolves.toBeDefined();
    sandbox.setFaults({ token: 'hang' });
    const patience = AbortSignal.timeout(100);
    await expect(fetch(`${sandbox.url}/oauth/token`, { method: 'POST', signal: patience })).rejects.toThrow();
  });
});
