import { describe, expect, test } from 'vitest';
import { noSuchAccount } from '../rigs/client-rig.ts';
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
      'a query named __proto__',
      getEvent(withQuery(JSON.parse('{"__proto__":["1"]}'))),
      400,
      { code: 'INVALID_REQUEST' },
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
      { errors: [{ field: 'view', message: "must be 'summary' or 'full'" }] },
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
    const absent = await startHandlers({ enkash: () => noSuchAccount }).get();
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
