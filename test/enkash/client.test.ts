import { describe, expect, test } from 'vitest';
import type { FailureKind, TransportResult } from '../../lib/enkash/transport.ts';
import { LoginBlockedError } from '../../lib/errors.ts';
import { failing, good, startClient } from './client-rig.ts';
import { asked, cipher, credentials, payload, rejectionOf, reply, sealed, success } from './sample.ts';

const failed = (why: FailureKind, reusedSocket = false): TransportResult => ({
  kind: 'failed',
  sent: true,
  why,
  reusedSocket,
});
const upstream = (code: string, details: object = {}) => ({ name: 'UpstreamError', code, details });
const refusedToken = reply({ error: 'invalid_token' }, { status: 401 });

describe('a read', () => {
  test('is one POST with partner, token and ciphertext, and answers the account in paise', async () => {
    const { events, read, clock } = startClient(() => good);
    expect(await read()).toMatchObject({
      observedAt: clock.ms,
      account: {
        ...asked,
        accountType: 'EMPLOYEE_REWARDS',
        balances: { available: 89_813_800, usedCredit: -99_055_344 },
      },
    });
    const [request] = events.sent;
    expect(events.sent).toHaveLength(1);
    expect(request).toMatchObject({
      url: new URL('https://api.example/api/v0/partner/enKashCard/cardAccount/get'),
      headers: {
        partnerId: 'sample-partner-2b8c',
        authorization: 'Bearer token-1',
        'content-type': 'application/json',
      },
      connectMs: 1_000,
      callMs: 3_000,
      freshSocket: false,
    });
    const { request: text, ...rest } = JSON.parse(request?.body ?? '');
    expect([JSON.parse(cipher.decrypt(text).toString()), rest]).toStrictEqual([asked, {}]);
    expect(events.accepted).toStrictEqual(['token-1']);
    expect(events.calls).toStrictEqual([['acme', 'OK', 0]]);
  });

  test('is plain JSON for a partner without encryption, whose reply may be plain or not', async () => {
    const replies = [reply(success), good];
    const { events, read } = startClient((nth) => replies[nth - 1] ?? good, {
      partner: { ...credentials, encryption: 'off' },
    });
    await read();
    await read();
    expect(JSON.parse(events.sent[0]?.body ?? '')).toStrictEqual(asked);
  });

  test('of the full view holds details and card, never the card token', async () => {
    const { account } = await startClient(() => good).readFull();
    expect(account.details.bankName).toBe('Kotak Mahindra Bank');
    expect(account.primaryCard?.firstName).toBe('Asha');
    expect(JSON.stringify(account)).not.toContain('00000000000000000001');
  });

  test('reports float noise, and only when there is some', async () => {
    const noisy = reply({ ...success, payload: { ...payload, availableBalance: 1005.2900000000001 } });
    const { events, read } = startClient((nth) => (nth === 1 ? good : noisy));
    await read();
    await read();
    expect(events.residues).toStrictEqual([1]);
  });

  test('about another account is UPSTREAM_MISMATCH, and its body is dropped', async () => {
    const other = reply(sealed({ ...success, payload: { ...payload, cardAccountId: 'CAOTHER999' } }));
    const error = await rejectionOf(startClient(() => other).read());
    expect(error).toMatchObject(upstream('UPSTREAM_MISMATCH', { step: 'echo' }));
    expect(error).toHaveProperty('message', 'EnKash answered with another account');
  });

  test('without a session calls nobody', async () => {
    const sessions = {
      preload: async () => {},
      get: () => Promise.reject(new LoginBlockedError('password-refused', 30)),
      accepted: () => {},
      renew: () => Promise.reject(new Error('not asked for')),
    };
    const { events, read } = startClient(() => good, { sessions });
    expect(await rejectionOf(read())).toMatchObject({ code: 'PARTNER_LOGIN_BLOCKED', reason: 'password-refused' });
    expect(events.sent).toHaveLength(0);
  });
});

describe('prepare', () => {
  test('reads what is known of the login and opens a connection, and sends nothing', async () => {
    const asked: string[] = [];
    const { client, events } = startClient(() => good, {
      preconnect: async (url) => void asked.push(url.host),
      sessions: {
        preload: async (partner) => void asked.push(partner),
        get: () => Promise.reject(new Error('not asked for')),
        accepted: () => {},
        renew: () => Promise.reject(new Error('not asked for')),
      },
    });
    await client.prepare('acme');
    expect(asked.toSorted()).toStrictEqual(['acme', 'api.example']);
    expect(events.sent).toHaveLength(0);
  });
});

describe('a refused token', () => {
  test('is renewed once, and the call repeated with the new one', async () => {
    const { events, read } = startClient((nth) => (nth === 1 ? refusedToken : good));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent.map(({ headers }) => headers.authorization)).toStrictEqual(['Bearer token-1', 'Bearer token-2']);
    expect(events.accepted).toStrictEqual(['token-2']);
    expect(events.calls.map(([, outcome]) => outcome)).toStrictEqual(['token-refused', 'OK']);
  });

  test('that is refused again costs two API calls in all and is UPSTREAM_REFUSED', async () => {
    const { events, read } = startClient(() => refusedToken);
    expect(await rejectionOf(read())).toMatchObject(
      upstream('UPSTREAM_REFUSED', { reason: 'token-refused', upstreamStatus: 401 }),
    );
    expect(events.sent).toHaveLength(2);
    expect(events.renewed).toStrictEqual(['token-1', 'token-2']);
    expect(events.accepted).toStrictEqual([]);
  });

  test('that the session source knows to be fresh ends the read after one call', async () => {
    const session = { token: 'fresh', credentials, expiresAt: 0 };
    const blocked = new LoginBlockedError('fresh-token-refused', 60);
    const sessions = {
      preload: async () => {},
      get: async () => session,
      accepted: () => {},
      renew: () => Promise.reject(blocked),
    };
    const { events, read } = startClient(() => refusedToken, { sessions });
    expect(await rejectionOf(read())).toBe(blocked);
    expect(events.sent).toHaveLength(1);
  });

  test.each([
    ['a business failure inside HTTP 200', reply({ response_code: 1, payload: 'x' }), ['token-1']],
    ['HTTP 422', failing(422), []],
    ['HTTP 404', failing(404), []],
    ['HTTP 503', failing(503, '1'), []],
    ['an unreadable body', reply('x'), []],
  ])('%s says whether the token was good', async (_, answer, accepted) => {
    const { events, read } = startClient(() => answer);
    await rejectionOf(read());
    expect(events.accepted).toStrictEqual(accepted);
  });
});

describe('the retry policy', () => {
  test.each([500, 502, 503, 504])('%d is repeated once, after 100 to 200 ms', async (status) => {
    const { events, read } = startClient((nth) => (nth === 1 ? failing(status) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect([events.sent.length, events.slept]).toStrictEqual([2, [150]]);
  });

  test.each(['dns', 'connect', 'reset'] as const)('a failure %s is repeated once', async (why) => {
    const { events, read } = startClient((nth) => (nth === 1 ? failed(why) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent).toHaveLength(2);
  });

  test('two failures in a row are enough: never a second repeat', async () => {
    const { events, read } = startClient(() => failing(503));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_UNAVAILABLE', { upstreamStatus: 503 }));
    expect(events.sent).toHaveLength(2);
  });

  test.each([400, 403, 404, 409, 412, 422, 429])('%d is never repeated', async (status) => {
    const { events, read } = startClient(() => failing(status));
    await rejectionOf(read());
    expect(events.sent).toHaveLength(1);
  });

  test('a time-out is never repeated', async () => {
    const { events, read } = startClient(() => failed('timeout'));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_TIMEOUT'));
    expect(events.sent).toHaveLength(1);
  });

  test('an untrusted certificate and an unusable body are never repeated', async () => {
    for (const answer of [failed('tls'), { kind: 'bad-body', status: 200 } as const]) {
      const { events, read } = startClient(() => answer);
      await rejectionOf(read());
      expect(events.sent).toHaveLength(1);
    }
  });

  test('a 503 that says when to come back is not repeated, and the caller is told', async () => {
    const { events, read } = startClient(() => failing(503, '12'));
    expect(await rejectionOf(read())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 12 });
    expect(events.sent).toHaveLength(1);
  });

  test('without time for a whole second call there is none', async () => {
    const { events, read } = startClient(() => failing(503));
    await rejectionOf(read(3_149));
    expect(events.sent).toHaveLength(1);
    await rejectionOf(startClient(() => failing(503)).read(3_150));
  });

  test('at exactly the time for a second call there is one', async () => {
    const { events, read } = startClient(() => failing(503));
    await rejectionOf(read(3_150));
    expect(events.sent).toHaveLength(2);
  });

  test('a kept connection that had died is replaced once by a fresh one, without waiting', async () => {
    const { events, read } = startClient((nth) => (nth === 1 ? failed('reset', true) : good));
    expect(await read()).toMatchObject({ account: asked });
    expect(events.sent.map(({ freshSocket }) => freshSocket)).toStrictEqual([false, true]);
    expect(events.slept).toStrictEqual([]);
  });

  test('a fresh connection that dies as well is the end of it', async () => {
    const { events, read } = startClient((nth) => failed('reset', nth === 1));
    expect(await rejectionOf(read())).toMatchObject(upstream('UPSTREAM_UNAVAILABLE', { reason: 'reset' }));
    expect(events.sent).toHaveLength(2);
  });

  test('over many calls of which a quarter fails, EnKash sees at most 110 % of them', async () => {
    let request = 0;
    const { events, read } = startClient(() => (request % 4 === 0 ? failing(503) : good));
    for (request = 0; request < 1_000; request += 1) await read().catch(() => {});
    expect(events.sent.length).toBeLessThanOrEqual(1_100);
    expect(events.sent.length).toBeGreaterThan(1_090);
  });
});

describe('the deadline', () => {
  test('shortens connect and call to what is left', async () => {
    const { events, read } = startClient(() => good);
    await read(700);
    expect(events.sent[0]).toMatchObject({ connectMs: 700, callMs: 700 });
  });

  test('bounds the repeat after a slow first call', async () => {
    const rig = startClient((nth) => {
      rig.clock.ms += nth === 1 ? 2_000 : 0;
      return nth === 1 ? failing(503) : good;
    });
    await rig.read(5_200);
    expect(rig.events.sent[1]).toMatchObject({ callMs: 3_000 });
    expect(rig.events.calls).toStrictEqual([['acme', 'OK', 2_150]]);
  });
});

describe('while EnKash answers 503 for a minute', () => {
  test('calls stay within 110 % of the requests, the breaker opens, and it is well 30 s after it heals', async () => {
    let healthy = false;
    const { clock, events, read } = startClient(() => (healthy ? good : failing(503)));
    const outcomes = new Set<unknown>();
    let requests = 0;
    const stop = clock.ms + 60_000;
    while (clock.ms < stop) {
      requests += 1;
      outcomes.add(await rejectionOf(read()).then((error) => Object(error).reason));
      clock.ms += 100;
    }
    expect(outcomes).toStrictEqual(new Set([undefined, 'circuit-open']));
    expect(events.sent.length).toBeLessThanOrEqual(requests * 1.1);
    expect(events.sent.length).toBeLessThan(40);

    healthy = true;
    const healed = clock.ms;
    let served = false;
    while (!served && clock.ms - healed <= 30_000) {
      served = await read().then(
        () => true,
        () => false,
      );
      clock.ms += 100;
    }
    expect(served).toBe(true);
    expect(clock.ms - healed).toBeLessThanOrEqual(30_000);
    for (let call = 0; call < 50; call += 1) expect(await read()).toMatchObject({ account: asked });
  });

  test('an open breaker refuses with the seconds to wait, and calls nobody', async () => {
    const { events, read } = startClient(() => failing(503));
    for (let call = 0; call < 20; call += 1) await rejectionOf(read());
    const before = events.sent.length;
    expect(await rejectionOf(read())).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'EnKash is not available',
      reason: 'circuit-open',
      retryAfterSeconds: 10,
    });
    expect(events.sent).toHaveLength(before);
  });

  test('refusals, unknown accounts and dead tokens never open it', async () => {
    const answers = [failing(404), failing(422), refusedToken, reply({ response_code: 1, payload: 'x' }), reply('x')];
    const { events, read } = startClient((nth) => answers[nth % answers.length] ?? good);
    for (let call = 0; call < 60; call += 1) await rejectionOf(read());
    expect(events.calls.filter(([, outcome]) => outcome === 'circuit-open')).toStrictEqual([]);
    expect(events.sent.length).toBeGreaterThanOrEqual(60);
  });
});
