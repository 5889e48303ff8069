import fc from 'fast-check';
import { account, claimsOf, dropInEvent, getEvent, withQuery } from './function-rig.ts';

/** Planted in values: whatever is answered, it is never quoted. */
export const mark = 'canary-3b1f';
export type HostileEvent = { readonly route: 'get' | 'dropIn'; readonly kind: string; readonly event: unknown };

const json = { 'content-type': 'application/json' };
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(mark));
const notText = fc.oneof(fc.integer(), fc.boolean(), fc.constant([mark]), fc.constant({ a: mark }));
const badCompany = fc
  .oneof(
    fc.string(),
    fc.constantFrom(
      `CEK${mark}`,
      'CEKTEST001 ',
      'cektest001',
      'CEKTEST0011',
      'CEK%00EST01',
      '../../etc',
      'CEKTEST00\u0661',
    ),
  )
  .filter((id) => !/^CEK[A-Z0-9]{7}$/.test(id));
const badAccount = fc
  .oneof(fc.string(), fc.constantFrom(mark, 'CA', `CA${'1'.repeat(63)}`, 'CA 1', "CA1'--", 'CA1\n', 'EKC123'))
  .filter((id) => !/^CA[A-Za-z0-9]{1,62}$/.test(id));
/** Sizes around and far over the limit. */
const oversize = fc.integer({ min: 8_193, max: 20_000 });
const badType = fc.oneof(
  fc.constant(null),
  fc.constant({}),
  fc
    .constantFrom(
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'application/jsonp',
      `application/json; charset=${mark}`,
    )
    .map((type) => ({ 'Content-Type': type })),
  fc.constant({ 'CONTENT-TYPE': 'multipart/form-data' }),
);
const notAccount = fc.jsonValue().map((body) => JSON.stringify(body));
const invalidUtf8 = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from([...bytes, 0xff]).toString('base64'));

const broken = (kind: string, route: 'get' | 'dropIn', changes: fc.Arbitrary<object>): fc.Arbitrary<HostileEvent> =>
  changes.map((change) => ({ kind, route, event: route === 'get' ? getEvent(change) : dropInEvent(change) }));

const bodies: readonly (readonly [string, fc.Arbitrary<object>])[] = [
  ['a body that is no account', notAccount.map((body) => ({ body }))],
  ['a body that is no JSON', fc.string().map((text) => ({ body: `{${text}` }))],
  ['a byte order mark', fc.constant({ body: `\uFEFF${JSON.stringify(account)}` })],
  [
    '__proto__ in a body',
    fc.constant({ body: `{"__proto__":{"companyId":"CEKTEST001"},"cardAccountId":"CATEST001"}` }),
  ],
  [
    '__proto__ beside a malformed id',
    fc.constant({ body: `{"__proto__":{"a":1},"constructor":1,"companyId":"CEKTEST001","cardAccountId":"CA"}` }),
  ],
  ['a deep body', fc.integer({ min: 1_000, max: 4_000 }).map((depth) => ({ body: deep(depth) }))],
  ['a body 20,000 deep', fc.constant({ body: deep(20_000) })],
  [
    'a malformed id in a body',
    badAccount.map((cardAccountId) => ({ body: JSON.stringify({ ...account, cardAccountId }) })),
  ],
  [
    'an unknown key beside a malformed id',
    fc
      .string()
      .filter((key) => key !== '__proto__' && !Object.hasOwn(account, key))
      .map((key) => ({ body: JSON.stringify({ ...account, cardAccountId: 'CA', [key]: mark }) })),
  ],
  ['a plain body said to be base64', fc.constant({ isBase64Encoded: true })],
  ['invalid UTF-8', invalidUtf8.map((body) => ({ isBase64Encoded: true, body }))],
  ['an oversize body', oversize.map((size) => ({ body: JSON.stringify(account).padEnd(size) }))],
  [
    'an oversize base64 body',
    oversize.map((size) => ({ isBase64Encoded: true, body: Buffer.alloc(size, '[').toString('base64') })),
  ],
  ['a wrong media type', badType.map((headers) => ({ headers }))],
  ['a body that is no text', notText.map((body) => ({ body }))],
  ['upper-case headers and no account', fc.constant({ headers: { 'CONTENT-TYPE': 'APPLICATION/JSON' }, body: '{}' })],
];

const paths: readonly (readonly [string, fc.Arbitrary<object>])[] = [
  ['a malformed company id', badCompany.map((companyId) => ({ pathParameters: { ...account, companyId } }))],
  [
    'a malformed card account id',
    badAccount.map((cardAccountId) => ({ pathParameters: { ...account, cardAccountId } })),
  ],
  ['path parameters of another type', anything.map((pathParameters) => ({ pathParameters }))],
  ['a path parameter of another type', notText.map((companyId) => ({ pathParameters: { ...account, companyId } }))],
  ['an unknown path parameter', fc.constant({ pathParameters: { ...account, constructor: mark } })],
  ['a query given twice', fc.array(fc.string(), { minLength: 2 }).map((values) => withQuery({ view: values }))],
  [
    'an unknown query',
    fc
      .string({ minLength: 1 })
      .filter((name) => !['view', 'maxAge', 'staleIfError', '__proto__'].includes(name))
      .map((name) => withQuery({ [name]: [mark] })),
  ],
  [
    'an unknown view',
    fc
      .string()
      .filter((view) => view !== 'summary' && view !== 'full')
      .map((view) => withQuery({ view: [view] })),
  ],
  [
    'a malformed age',
    fc
      .tuple(fc.constantFrom('maxAge', 'staleIfError'), fc.oneof(fc.string(), fc.double().map(String)))
      .filter(([, age]) => !/^\d{1,7}$/.test(age))
      .map(([name, age]) => withQuery({ [name]: [age] })),
  ],
  ['a query of another type', notText.map((query) => ({ multiValueQueryStringParameters: { view: query } }))],
  ['null headers and no path', fc.constant({ headers: null, multiValueHeaders: null, pathParameters: null })],
  ['a header that is no text', notText.map((value) => ({ headers: { 'x-a': value } }))],
];

const claims: fc.Arbitrary<object> = fc.oneof(
  fc.constant({}),
  anything.map((authorizer) => ({ authorizer })),
  anything.map((value) => ({ authorizer: { claims: value } })),
  fc.string().map((scope) => ({ authorizer: { claims: claimsOf(scope) } })),
  notText.map((scope) => ({ authorizer: { claims: { ...claimsOf(''), scope } } })),
  fc
    .string()
    .map((clientId) => ({ authorizer: { claims: claimsOf('card-accounts/read card-accounts/full', clientId) } })),
);

/** An HTTP API's event (payload format 2.0), which is not ours. */
const version2 = {
  version: '2.0',
  routeKey: 'GET /v1',
  rawPath: `/${mark}`,
  headers: json,
  requestContext: {
    http: { method: 'GET', path: '/v1' },
    authorizer: { jwt: { claims: claimsOf('card-accounts/read') } },
  },
  pathParameters: account,
  isBase64Encoded: false,
};
const routes = fc.constantFrom('get' as const, 'dropIn' as const);

/** Events that no caller should be able to send, or that only a wrong caller sends: each deserves a 4xx. */
export const hostileEvents: fc.Arbitrary<HostileEvent> = fc.oneof(
  ...bodies.map(([kind, changes]) => broken(kind, 'dropIn', changes)),
  ...paths.map(([kind, changes]) => broken(kind, 'get', changes)),
  routes.chain((route) =>
    broken(
      'claims',
      route,
      claims.map((requestContext) => ({ requestContext })),
    ),
  ),
  fc.tuple(routes, anything).map(([route, event]) => ({ kind: 'no event', route, event })),
  routes.map((route) => ({ kind: 'payload format 2.0', route, event: version2 })),
  fc.tuple(routes, fc.constantFrom('SQS', 'Schedule')).map(([route, source]) => ({
    kind: 'another trigger',
    route,
    event: { Records: [{ eventSource: source, body: mark }] },
  })),
);
