import { describe, expect, test } from 'vitest';
import { accountFields, cardFields } from '../../lib/account/documented-fields.ts';
import { failing } from '../rigs/client-rig.ts';
import { payload, reply, success } from '../rigs/enkash-sample.ts';
import { account, bodyOf, claimsOf, getEvent, startHandlers, withQuery } from '../rigs/function-rig.ts';

const secure = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const problemHeaders = { ...secure, 'content-type': 'application/problem+json' };
const problem = (status: number, code: string, title: string, retryable: boolean, rest: object = {}) => ({
  type: `urn:enkash-card-accounts:problem:${code}`,
  title,
  status,
  code,
  requestId: 'gateway-request-1',
  retryable,
  ...rest,
});
const full = getEvent(withQuery({ view: ['full'] }));

describe('the summary view', () => {
  test('is the account of the contract, money in decimal strings, with its freshness', async () => {
    const { get, clock } = startHandlers();
    const answer = await get();
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { ...secure, 'content-type': 'application/json', age: '0' },
    });
    expect(bodyOf(answer)).toStrictEqual({
      ...account,
      companyName: 'Test Rewards Pvt Ltd',
      accountTitle: 'Test Rewards - Reward',
      accountType: 'EMPLOYEE_REWARDS',
      cards: { total: 34, active: 34 },
      balances: {
        available: '898138.00',
        availableOnCards: '92415.44',
        usedCredit: '-990553.44',
        creditLimit: '0.00',
      },
      points: {
        allocated: '107900.00',
        redeemed: '23004.92',
        allocatedThisMonth: '20.00',
        redeemedThisMonth: '700.00',
      },
      freshness: { asOf: new Date(clock.ms).toISOString(), ageSeconds: 0, source: 'live', stale: false },
    });
  });

  test('says null, never zero, for what EnKash does not state', async () => {
    const { get } = startHandlers({
      enkash: () => reply({ ...success, payload: { ...account, availableBalance: 5000 } }),
    });
    expect(bodyOf(await get())).toMatchObject({
      companyName: null,
      accountTitle: null,
      accountType: null,
      cards: { total: null, active: null },
      balances: { available: '5000.00', availableOnCards: null, usedCredit: null, creditLimit: null },
      points: { allocated: null, redeemed: null, allocatedThisMonth: null, redeemedThisMonth: null },
    });
  });

  test('holds nothing personal', async () => {
    expect((await startHandlers().get()).body).not.toMatch(/Asha|Rao|9000000001|example\.com|2004|EKTESTVA/);
  });

  test('is what view=summary asks for too', async () => {
    const { get } = startHandlers();
    expect(bodyOf(await get(getEvent(withQuery({ view: ['summary'] }))))).toStrictEqual(bodyOf(await get()));
  });
});

describe('the full view', () => {
  test('adds every documented field of both levels but the card token, and nothing else', async () => {
    const body = bodyOf(await startHandlers().get(full));
    const { details, primaryCard, ...summary } = body;
    expect(summary).toStrictEqual(bodyOf(await startHandlers().get()));
    expect(Object.keys(Object(details))).toStrictEqual(Object.keys(accountFields));
    expect(Object.keys(Object(primaryCard))).toStrictEqual(Object.keys(cardFields));
    expect(JSON.stringify(body)).not.toContain('00000000000000000001');
  });

  test('shows money as decimal strings, times in UTC, labels whole, card numbers masked', async () => {
    expect(bodyOf(await startHandlers().get(full))).toMatchObject({
      details: {
        usedMtd: '11146.40',
        totalRewards: 120,
        createdOn: '2023-08-09T05:49:46Z',
        dpd: '0',
        accountType: { name: 'EMPLOYEE_REWARDS', label: 'Employee Rewards', description: null },
      },
      primaryCard: {
        usedMtd: '15607.56',
        maskedNumber: '2004 01XX XXXX XX42',
        createdOn: '2023-08-09T17:00:07Z',
        firstName: 'Asha',
        primaryCard: true,
      },
    });
  });

  test('says null for an account without a card, and for a time that is none', async () => {
    const { get } = startHandlers({
      enkash: () =>
        reply({
          ...success,
          payload: { ...payload, primaryEnKashCard: null, createdOn: '2023-13-40 99:00:00', modifiedOn: 'x' },
        }),
    });
    expect(bodyOf(await get(full))).toMatchObject({
      primaryCard: null,
      details: { createdOn: null, modifiedOn: null },
    });
  });

  test('needs the scope card-accounts/full, and calls nobody without it', async () => {
    const { get, upstreamCalls } = startHandlers();
    const answer = await get(getEvent(withQuery({ view: ['full'] }), claimsOf('card-accounts/read')));
    expect(answer).toMatchObject({ statusCode: 403, headers: problemHeaders });
    expect(bodyOf(answer)).toStrictEqual(
      problem(403, 'FORBIDDEN_SCOPE', 'The access token lacks the required scope', false),
    );
    expect(upstreamCalls()).toBe(0);
  });
});

describe('a failure of EnKash', () => {
  test('is a problem with its code, retryable as the contract says, with Retry-After where known', async () => {
    const { get, audits } = startHandlers({ enkash: () => failing(503, '7') });
    const answer = await get();
    expect(answer).toMatchObject({ statusCode: 503, headers: { ...problemHeaders, 'retry-after': '7' } });
    expect(bodyOf(answer)).toStrictEqual(problem(503, 'UPSTREAM_UNAVAILABLE', 'EnKash is not available', true));
    expect(audits()).toMatchObject([{ outcome: 'UPSTREAM_UNAVAILABLE', status: 503, upstreamStatus: 503 }]);
  });

  test('with a code of its own leaves that code in the log and its message nowhere', async () => {
    const words = 'Asha Rao is locked';
    const { get, lines, audits } = startHandlers({
      enkash: () => reply({ response_code: 422, response_message: words, payload: words }),
    });
    const answer = await get();
    expect(bodyOf(answer)).toStrictEqual(problem(502, 'UPSTREAM_REFUSED', 'EnKash refused the request', false));
    expect(audits()).toMatchObject([{ outcome: 'UPSTREAM_REFUSED', upstreamStatus: 200, upstreamCode: 422 }]);
    expect(`${answer.body}${lines.join()}`).not.toContain('Asha');
  });

  test('to keep its schema leaves key paths and JSON types in the log, no value anywhere', async () => {
    const { get, lines, audits } = startHandlers({
      enkash: () => reply({ ...success, payload: { ...payload, availableBalance: '898138.77' } }),
    });
    const answer = await get();
    expect(bodyOf(answer)).toStrictEqual(
      problem(502, 'UPSTREAM_UNREADABLE', 'The reply of EnKash could not be read', true),
    );
    expect(audits()).toMatchObject([{ step: 'schema', paths: ['availableBalance: string'] }]);
    expect(`${answer.body}${lines.join()}`).not.toContain('898138.77');
  });
});
