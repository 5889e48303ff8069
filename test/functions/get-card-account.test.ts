import { describe, expect, test } from 'vitest';
import { accountFields, cardFields } from '../../lib/enkash/fields.ts';
import { failing } from '../enkash/client-rig.ts';
import { payload, reply, success } from '../enkash/sample.ts';
import { account, bodyOf, claimsOf, getEvent, startHandlers, withQuery } from './rig.ts';

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

describe('a request that is refused', () => {
  const refusals: [string, object, number, object][] = [
    [
      'a malformed company id',
      getEvent({ pathParameters: { ...account, companyId: 'cektest001' } }),
      400,
      { errors: [{ field: 'companyId', message: 'must be CEK and seven capital letters or digits' }] },
    ],
    [
      'a malformed card account id',
      getEvent({ pathParameters: { ...account, cardAccountId: 'CA/../x' } }),
      400,
      { errors: [{ field: 'cardAccountId', message: 'must be CA and 1 to 62 letters or digits' }] },
    ],
    ['no path parameters', getEvent({ pathParameters: null }), 400, { code: 'INVALID_REQUEST' }],
    [
      'an unknown query',
      getEvent(withQuery({ veiw: ['full'] })),
      400,
      { errors: [{ field: 'veiw', message: 'is not known' }] },
    ],
    [
      'a query given twice',
      getEvent(withQuery({ view: ['summary', 'full'] })),
      400,
      { errors: [{ field: 'view', message: 'is given more than once' }] },
    ],
    [
      'an unknown view',
      getEvent(withQuery({ view: ['everything'] })),
      400,
      { errors: [{ field: 'view', message: 'Invalid option: expected one of "summary"|"full"' }] },
    ],
    ['no authorizer', getEvent(), 401, { code: 'UNAUTHORIZED', title: 'A valid access token is required' }],
    ['no scope of ours', getEvent({}, claimsOf('openid card-accounts/reader')), 403, { code: 'FORBIDDEN_SCOPE' }],
    ['only the scope full', getEvent({}, claimsOf('card-accounts/full')), 403, { code: 'FORBIDDEN_SCOPE' }],
    [
      'a client that is not listed',
      getEvent({}, claimsOf('card-accounts/read', 'client-9')),
      404,
      { code: 'ACCOUNT_NOT_FOUND' },
    ],
    [
      'a company without a grant',
      getEvent({ pathParameters: { ...account, companyId: 'CEKTEST002' } }),
      404,
      { code: 'ACCOUNT_NOT_FOUND' },
    ],
  ];
  test.each(refusals)('%s: answered at once, nobody called', async (name, event, status, expected) => {
    const { get, upstreamCalls } = startHandlers();
    const sent = name === 'no authorizer' ? withoutAuthorizer(event) : event;
    const answer = await get(sent);
    expect(answer).toMatchObject({ statusCode: status, headers: problemHeaders });
    expect(bodyOf(answer)).toMatchObject({ status, requestId: 'gateway-request-1', retryable: false, ...expected });
    expect(upstreamCalls()).toBe(0);
  });

  test.each(['', ' ', ' 5', '+5', '-1', '5.0', '1e2', '0x10', '0b1', 'Infinity', '\u0661', '7776001'])(
    'an age of %j seconds is malformed, and the field is named',
    async (age) => {
      for (const name of ['maxAge', 'staleIfError']) {
        const { get, upstreamCalls } = startHandlers();
        const answer = await get(getEvent(withQuery({ [name]: [age] })));
        expect(bodyOf(answer)).toMatchObject({ status: 400, errors: [{ field: name }] });
        expect(upstreamCalls()).toBe(0);
      }
    },
  );

  test('staleIfError does not go with the full view', async () => {
    const { get, upstreamCalls } = startHandlers();
    const answer = await get(getEvent(withQuery({ view: ['full'], staleIfError: ['60'] })));
    expect(bodyOf(answer)).toMatchObject({
      status: 400,
      errors: [{ field: 'staleIfError', message: 'does not go with view=full' }],
    });
    expect(upstreamCalls()).toBe(0);
  });

  test('an unlisted client has no grant even where a caller is called unknown', async () => {
    const grants = { unknown: { grants: [{ partner: 'acme', companyId: 'CEKTEST001' }] } };
    for (const clientId of ['client-9', 'unknown', 'constructor', '__proto__']) {
      const { get, upstreamCalls } = startHandlers({ grants, callers: { 'client-1': 'unknown' } });
      expect(await get(getEvent({}, claimsOf('card-accounts/read', clientId)))).toMatchObject({ statusCode: 404 });
      expect(upstreamCalls()).toBe(0);
    }
  });

  test('an account that is not there and one that is not yours are the same byte for byte', async () => {
    const absent = await startHandlers({ enkash: () => failing(404) }).get();
    const foreign = await startHandlers({ grants: {} }).get();
    expect(foreign).toStrictEqual(absent);
    expect(bodyOf(foreign)).toStrictEqual(problem(404, 'ACCOUNT_NOT_FOUND', 'No such card account', false));
  });
});

const withoutAuthorizer = (event: object): object => {
  const { requestContext, ...rest } = { requestContext: {}, ...event };
  const { authorizer: _, ...others } = { authorizer: null, ...requestContext };
  return { ...rest, requestContext: others };
};

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
