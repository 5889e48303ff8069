import { describe, expect, test } from 'vitest';
import { createHandler } from '../../functions/batch-get-card-accounts.ts';
import type { TransportRequest, TransportResult } from '../../lib/enkash/transport.ts';
import { failing, noSuchAccount } from '../rigs/client-rig.ts';
import { cipher, payload, reply, sealed, success } from '../rigs/enkash-sample.ts';
import { account, bodyOf, claimsOf, context, dropInEvent, startHandlers, withQuery } from '../rigs/function-rig.ts';

const numbered = (index: number) => ({ companyId: account.companyId, cardAccountId: `CATEST${index}` });
const foreign = { companyId: 'CEKOTHER01', cardAccountId: 'CA1' };
const idsOf = ({ body }: TransportRequest) => JSON.parse(cipher.decrypt(JSON.parse(body).request).toString());

/** The handler over the production client; accounts in `failures` meet that reply of EnKash. */
function start(failures: Readonly<Record<string, TransportResult>> = {}) {
  const rig = startHandlers({
    enkash(_, request) {
      const ids = idsOf(request);
      return failures[ids.cardAccountId] ?? reply(sealed({ ...success, payload: { ...payload, ...ids } }));
    },
  });
  const handler = createHandler(rig.deps);
  const event = (body: unknown, changes: object = {}, claims = claimsOf('card-accounts/read')) =>
    dropInEvent(
      {
        resource: '/v1/card-accounts/batch',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...changes,
      },
      claims,
    );
  return { ...rig, event, call: (given: unknown) => handler(given, context) };
}

describe('POST /v1/card-accounts/batch', () => {
  test('answers every account in the order asked, 200 even when some fail', async () => {
    const { call, event } = start({ CATEST2: failing(503), CATEST4: failing(429, '7') });
    const accounts = [numbered(3), numbered(2), foreign, numbered(1), numbered(4)];
    const answer = await call(event({ accounts }));
    expect(answer.statusCode).toBe(200);
    const ok = (key: object) => ({
      ...key,
      account: { ...key, balances: { available: '898138.00' }, freshness: { source: 'live' } },
      problem: null,
    });
    const failed = (key: object, code: string) => ({
      ...key,
      account: null,
      problem: { code, requestId: 'gateway-request-1' },
    });
    expect(bodyOf(answer)).toMatchObject({
      items: [
        ok(numbered(3)),
        failed(numbered(2), 'UPSTREAM_UNAVAILABLE'),
        failed(foreign, 'ACCOUNT_NOT_FOUND'),
        ok(numbered(1)),
        failed(numbered(4), 'UPSTREAM_UNAVAILABLE'),
      ],
    });
  });

  test('never asks EnKash about an account that is not granted, and says what it says of one that is not there', async () => {
    const granted = start({ CA1: noSuchAccount });
    const ungranted = start();
    const { items: [there] = [] } = bodyOf(await ungranted.call(ungranted.event({ accounts: [foreign] }))) as {
      items: { problem: object }[];
    };
    expect(ungranted.upstreamCalls()).toBe(0);
    const absent = { ...account, cardAccountId: 'CA1' };
    const { items: [missing] = [] } = bodyOf(await granted.call(granted.event({ accounts: [absent] }))) as {
      items: { problem: object }[];
    };
    expect(granted.upstreamCalls()).toBe(1);
    expect(there?.problem).toStrictEqual(missing?.problem);
  });

  test('writes an audit line and metrics for each account, and one line for the request', async () => {
    const { call, event, audits, lines } = start({ CATEST2: failing(503) });
    await call(event({ accounts: [numbered(1), numbered(2), foreign] }));
    const route = 'POST /v1/card-accounts/batch';
    const shared = { requestId: 'gateway-request-1', route, caller: 'alpha' };
    const rows = audits();
    expect(rows).toHaveLength(4);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...shared,
          ...numbered(1),
          partner: 'acme',
          source: 'live',
          outcome: 'OK',
          status: 200,
        }),
        expect.objectContaining({
          ...shared,
          ...numbered(2),
          partner: 'acme',
          outcome: 'UPSTREAM_UNAVAILABLE',
          status: 503,
        }),
        expect.objectContaining({ ...shared, ...foreign, outcome: 'ACCOUNT_NOT_FOUND', status: 404 }),
        expect.objectContaining({ ...shared, count: 3, failed: 2, outcome: 'OK', status: 200 }),
      ]),
    );
    const counts = lines.map((line) => JSON.parse(line)).filter(({ Requests }) => Requests === 1);
    expect(counts.map(({ partner, outcome }) => `${partner} ${outcome}`).sort()).toEqual([
      'acme OK',
      'acme UPSTREAM_UNAVAILABLE',
      'none ACCOUNT_NOT_FOUND',
      'none OK',
    ]);
  });

  test('serves what is young enough from memory', async () => {
    const { call, event, clock, upstreamCalls } = start();
    await call(event({ accounts: [numbered(1), numbered(2)] }));
    clock.ms += 30_000;
    const answer = await call(event({ accounts: [numbered(1), numbered(3)], maxAge: 60 }));
    expect(upstreamCalls()).toBe(3);
    expect(bodyOf(answer)).toMatchObject({
      items: [
        { account: { freshness: { source: 'cache', ageSeconds: 30 } } },
        { account: { freshness: { source: 'live', ageSeconds: 0 } } },
      ],
    });
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => numbered(index));
  test.each([
    ['no accounts', {}, 'accounts'],
    ['an empty list', { accounts: [] }, 'accounts'],
    ['26 accounts', { accounts: many(26) }, 'accounts'],
    ['the same pair twice', { accounts: [numbered(1), numbered(2), numbered(1)] }, 'accounts'],
    [
      'an id of another form',
      { accounts: [numbered(1), { ...account, cardAccountId: 'x' }] },
      'accounts.1.cardAccountId',
    ],
    ['an unknown key', { accounts: many(1), view: 'full' }, 'view'],
    ['an age that is a text', { accounts: many(1), maxAge: '60' }, 'maxAge'],
    ['a negative age', { accounts: many(1), staleIfError: -1 }, 'staleIfError'],
    ['a list alone', many(1), 'body'],
  ])('refuses %s, names the field and calls nobody', async (_, body, field) => {
    const { call, event, upstreamCalls } = start();
    const answer = await call(event(body));
    expect(answer.statusCode).toBe(400);
    expect(bodyOf(answer)).toMatchObject({ errors: [{ field }] });
    expect(upstreamCalls()).toBe(0);
  });

  test('takes 25 accounts, and no query', async () => {
    const { call, event } = start();
    expect(await call(event({ accounts: many(25) }))).toMatchObject({ statusCode: 200 });
    expect(await call(event({ accounts: many(1) }, withQuery({ maxAge: ['60'] })))).toMatchObject({ statusCode: 400 });
  });

  test('needs the scope card-accounts/read', async () => {
    const { call, event, upstreamCalls } = start();
    const answer = await call(event({ accounts: many(1) }, {}, claimsOf('card-accounts/watch')));
    expect([answer.statusCode, upstreamCalls()]).toEqual([403, 0]);
  });
});
