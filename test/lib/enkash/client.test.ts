import { describe, expect, test } from 'vitest';
import { AppError, LoginBlockedError } from '../../../lib/errors.ts';
import { failing, good, startClient } from '../../rigs/client-rig.ts';
import { asked, cipher, credentials, payload, rejectionOf, reply, sealed, success } from '../../rigs/enkash-sample.ts';

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

  test('whose time went into the login sends nothing, and EnKash is not blamed', async () => {
    const { client, clock, events } = startClient(() => good, {
      sessions: {
        preload: async () => {},
        async get() {
          clock.ms += 9_000;
          return { token: 'late', credentials, expiresAt: clock.ms + 1_000 };
        },
        accepted: async () => {},
        renew: async ({ session }) => session,
      },
    });
    const late = client.readSummary({ ...asked, partner: 'acme', deadline: clock.ms + 9_000 });
    expect(await rejectionOf(late)).toMatchObject(upstream('UPSTREAM_TIMEOUT'));
    expect([events.sent, events.calls]).toStrictEqual([[], []]);
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
      accepted: async () => {},
      renew: () => Promise.reject(new Error('not asked for')),
    };
    const { events, read } = startClient(() => good, { sessions });
    expect(await rejectionOf(read())).toMatchObject({ code: 'PARTNER_LOGIN_BLOCKED', reason: 'password-refused' });
    expect(events.sent).toHaveLength(0);
  });
});

describe('what onCall is told', () => {
  test.each([
    [429, 'rate-limited'],
    [503, 'server-error'],
    [422, 'UPSTREAM_REFUSED'],
  ])('HTTP %i is %s', async (status, outcome) => {
    const { read, events } = startClient(() => failing(status, '1'));
    await expect(read()).rejects.toThrow(AppError);
    expect(events.calls.map(([, told]) => told)).toStrictEqual([outcome]);
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
        accepted: async () => {},
        renew: () => Promise.reject(new Error('not asked for')),
      },
    });
    await client.prepare(['acme']);
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

  test('that is refused again and again costs three API calls in all, and the caller may retry', async () => {
    const { events, read } = startClient(() => refusedToken);
    expect(await rejectionOf(read())).toMatchObject(
      upstream('UPSTREAM_UNAVAILABLE', { reason: 'token-refused', upstreamStatus: 401 }),
    );
    expect(events.sent).toHaveLength(3);
    expect(events.renewed).toStrictEqual(['token-1', 'token-2']);
    expect(events.accepted).toStrictEqual([]);
  });

  test.each([
    ['accepted', good],
    ['refused', refusedToken],
    ['unknown', failing(503, '1')],
  ] as const)(
    'is checked by one read of another account where the session source asks: %s',
    async (verdict, answer) => {
      const verdicts: string[] = [];
      const other = { companyId: 'CEKOTHER01', cardAccountId: 'CAOTHER1' };
      const session = { token: 'token', credentials, expiresAt: 0 };
      const { events, read } = startClient((nth) => (nth === 2 ? answer : refusedToken), {
        sessions: {
          preload: async () => {},
          get: async () => session,
          accepted: async () => {},
          async renew({ account, controlRead, repeated }) {
            expect([account, repeated]).toStrictEqual([asked, false]);
            verdicts.push(await controlRead(other));
            return session;
          },
        },
      });
      expect(await rejectionOf(read())).toMatchObject({ reason: 'token-refused' });
      expect(verdicts).toStrictEqual([verdict]);
      expect(events.sent).toHaveLength(3);
    },
  );

  test('that the session source knows to be fresh ends the read after one call', async () => {
    const session = { token: 'fresh', credentials, expiresAt: 0 };
    const blocked = new LoginBlockedError('fresh-token-refused', 60);
    const sessions = {
      preload: async () => {},
      get: async () => session,
      accepted: async () => {},
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
