import { describe, expect, test } from 'vitest';
import { judgeReply } from '../../../lib/enkash/judge.ts';
import type { FailureKind, TransportResult } from '../../../lib/enkash/transport.ts';
import { UpstreamError } from '../../../lib/errors.ts';
import { cipher, page, payload, reply, sealed, success } from '../../rigs/enkash-sample.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const read = (account: object): object => account;
const judge = (result: TransportResult, notFoundCodes: readonly number[] = []) =>
  judgeReply(result, { cipher, notFoundCodes, now, read });
const failed = (why: FailureKind, sent = true) =>
  ({ kind: 'failed', sent, why, reusedSocket: false }) as const satisfies TransportResult;
const bad = (status: number) => ({ kind: 'bad-body', status }) as const satisfies TransportResult;

/** An UpstreamError that says exactly this. */
const failure = (code: string, details: object = {}, tokenAccepted = false) => {
  const error = expect.objectContaining({ name: 'UpstreamError', code, details });
  return { kind: 'failure', error, tokenAccepted };
};
const notFound = (tokenAccepted: boolean) => ({
  kind: 'failure',
  error: expect.objectContaining({
    name: 'AccountNotFoundError',
    code: 'ACCOUNT_NOT_FOUND',
    message: 'No such card account',
  }),
  tokenAccepted,
});
const business = (code: number) => ({ response_code: code, response_message: 'Failure', payload: 'words' });

describe('From EnKash to ours, row by row (architecture.md section 4)', () => {
  const rows: [string, TransportResult, object][] = [
    ['HTTP 200 with an account', reply(success), { kind: 'payload', payload }],
    ['HTTP 200 with an encrypted account', reply(sealed(success)), { kind: 'payload', payload }],
    ['HTTP 201 with an account', reply(success, { status: 201 }), { kind: 'payload', payload }],
    [
      'HTTP 200 with an account sent as text/html',
      reply(success, { contentType: 'text/html' }),
      { kind: 'payload', payload },
    ],

    ['HTTP 404 with JSON', reply(business(404), { status: 404 }), notFound(false)],
    ['HTTP 404 with an encrypted envelope', reply(sealed(business(404)), { status: 404 }), notFound(false)],
    ...[404, 405].flatMap((status): [string, TransportResult, object][] => {
      const notTheApi = failure('UPSTREAM_UNAVAILABLE', { reason: 'not-the-api', upstreamStatus: status });
      const spring = { timestamp: 1, status, error: 'Not Found', path: '/api' };
      return [
        [`HTTP ${status} without a body`, reply('', { status }), notTheApi],
        [`HTTP ${status} cut off`, bad(status), notTheApi],
        [`HTTP ${status} with a page`, page(status), notTheApi],
        [`HTTP ${status} with words`, reply('default backend - 404', { status, contentType: 'text/plain' }), notTheApi],
        [`HTTP ${status} with a foreign JSON`, reply(spring, { status }), notTheApi],
        [`HTTP ${status} with a list`, reply([business(404)], { status }), notTheApi],
      ];
    }),

    [
      'HTTP 200 with response_code 1',
      reply(business(1)),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: 1 }, true),
    ],
    [
      'HTTP 200 with code 1',
      reply({ code: 1, message: 'Failure' }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: 1 }, true),
    ],
    [
      'HTTP 200 with response_code 403',
      reply(business(403)),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: 403 }, true),
    ],
    [
      'HTTP 200 with an encrypted failure',
      reply(sealed(business(412))),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: 412 }, true),
    ],
    ...[400, 402, 403, 405, 408, 409, 412, 418, 422].map((status): [string, TransportResult, object] => [
      `HTTP ${status} with JSON`,
      reply(business(status), { status }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: status, upstreamCode: status }),
    ]),
    [
      'HTTP 422 with an encrypted failure',
      reply(sealed(business(422)), { status: 422 }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 422, upstreamCode: 422 }),
    ],
    [
      'HTTP 400 without a readable body',
      reply('', { status: 400 }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 400 }),
    ],
    ['HTTP 400 cut off', bad(400), failure('UPSTREAM_REFUSED', { upstreamStatus: 400 })],
    [
      'HTTP 403 with JSON that is no envelope',
      reply({ error: 'x' }, { status: 403 }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 403 }),
    ],

    [
      'HTTP 403 with HTML',
      page(403),
      failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus: 403 }),
    ],
    [
      'HTTP 403 with an empty body',
      reply('', { status: 403, contentType: '' }),
      failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus: 403 }),
    ],
    [
      'HTTP 403 with words',
      reply('error code: 1020', { status: 403, contentType: 'text/plain' }),
      failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus: 403 }),
    ],
    ['HTTP 403 cut off', bad(403), failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus: 403 })],

    ['HTTP 429', reply(business(429), { status: 429 }), failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 429 })],
    [
      'HTTP 429 with Retry-After',
      reply('', { status: 429, retryAfter: '17' }),
      failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 429, retryAfterSeconds: 17 }),
    ],
    [
      'HTTP 429 with Retry-After as a date',
      reply('', { status: 429, retryAfter: 'Thu, 01 Jan 2026 00:00:20 GMT' }),
      failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 429, retryAfterSeconds: 20 }),
    ],
    ['HTTP 429 with HTML', page(429), failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 429 })],
    ...[500, 501, 502, 503, 504, 520].flatMap((status): [string, TransportResult, object][] => [
      [
        `HTTP ${status} with JSON`,
        reply(business(status), { status }),
        failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: status }),
      ],
      [`HTTP ${status} with HTML`, page(status), failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: status })],
      [`HTTP ${status} cut off`, bad(status), failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: status })],
    ]),
    [
      'HTTP 503 with Retry-After',
      reply('', { status: 503, retryAfter: '5' }),
      failure('UPSTREAM_UNAVAILABLE', { upstreamStatus: 503, retryAfterSeconds: 5 }),
    ],
    ['a reset', failed('reset'), failure('UPSTREAM_UNAVAILABLE', { reason: 'reset' })],
    ['a refused connection', failed('connect', false), failure('UPSTREAM_UNAVAILABLE', { reason: 'connect' })],
    ['a host that is not found', failed('dns', false), failure('UPSTREAM_UNAVAILABLE', { reason: 'dns' })],
    ['a certificate that is not trusted', failed('tls', false), failure('UPSTREAM_UNAVAILABLE', { reason: 'tls' })],

    ['a time-out', failed('timeout'), failure('UPSTREAM_TIMEOUT')],
    ['a time-out while connecting', failed('timeout', false), failure('UPSTREAM_TIMEOUT')],

    ...[301, 302, 303, 304, 307, 308].map((status): [string, TransportResult, object] => [
      `a redirect ${status}`,
      reply('', { status }),
      failure('UPSTREAM_UNREADABLE', { step: 'envelope', upstreamStatus: status }),
    ]),
    ['HTML with 200', page(200), failure('UPSTREAM_UNREADABLE', { step: 'json' })],
    ['a half or oversize body with 200', bad(200), failure('UPSTREAM_UNREADABLE', { step: 'size' })],
    ['an empty body with 200', reply(''), failure('UPSTREAM_UNREADABLE', { step: 'json' })],
    ['HTTP 204', reply('', { status: 204 }), failure('UPSTREAM_UNREADABLE', { step: 'json' })],
    ['bytes that are not UTF-8', reply(Buffer.from([0xff])), failure('UPSTREAM_UNREADABLE', { step: 'utf8' })],
    ['an undecodable ciphertext', reply({ request: 'AAAA' }), failure('UPSTREAM_UNREADABLE', { step: 'decrypt' })],
    [
      'a success without an account',
      reply({ ...success, payload: 'x' }),
      failure('UPSTREAM_UNREADABLE', { step: 'envelope' }),
    ],

    ['HTTP 401 with JSON', reply({ error: 'invalid_token' }, { status: 401 }), { kind: 'token-refused' }],
    ['HTTP 401 with HTML', page(401), { kind: 'token-refused' }],
    ['HTTP 401 cut off', bad(401), { kind: 'token-refused' }],
    ...[200, 400, 403, 404, 500].map((status): [string, TransportResult, object] => [
      `HTTP ${status} with OAuth's invalid_token`,
      reply({ error: 'invalid_token' }, { status }),
      { kind: 'token-refused' },
    ]),
    ['HTTP 200 with code 401', reply(business(401)), { kind: 'token-refused' }],
    [
      'HTTP 400 with code 401',
      reply(business(401), { status: 400 }),
      failure('UPSTREAM_REFUSED', { upstreamStatus: 400, upstreamCode: 401 }),
    ],
    [
      'what is not HTTP',
      { kind: 'bad-body', status: 0, step: 'protocol' },
      failure('UPSTREAM_UNREADABLE', { step: 'protocol' }),
    ],
    [
      'a coding that cannot be undone',
      { ...bad(200), step: 'coding' },
      failure('UPSTREAM_UNREADABLE', { step: 'coding' }),
    ],
    ['no descriptor for a socket', failed('local', false), failure('UPSTREAM_UNAVAILABLE', { reason: 'local' })],
    ['a connection that went dead', failed('silent'), failure('UPSTREAM_TIMEOUT')],
  ];
  test.each(rows)('%s', (_, result, expected) => {
    expect(judge(result)).toStrictEqual(expected);
  });

  test('a code that the stage lists as "no such account" is ACCOUNT_NOT_FOUND, and another one is refused', () => {
    expect(judge(reply(business(1)), [1, 404])).toStrictEqual(notFound(true));
    expect(judge(reply(business(2)), [1, 404])).toMatchObject({ error: { code: 'UPSTREAM_REFUSED' } });
  });

  test('what the account cannot be read from is a failure after the token was accepted', () => {
    const unread = () => {
      throw new UpstreamError('UPSTREAM_MISMATCH', { step: 'echo' });
    };
    const judgement = judgeReply(reply(success), { cipher, notFoundCodes: [], now, read: unread });
    expect(judgement).toStrictEqual(failure('UPSTREAM_MISMATCH', { step: 'echo' }, true));
  });

  test('a stage says which codes mean a token that is not good any more', () => {
    const withCodes = (tokenRefusedCodes: readonly number[]) =>
      judgeReply(reply(business(419)), { cipher, notFoundCodes: [], tokenRefusedCodes, now, read });
    expect(withCodes([419])).toStrictEqual({ kind: 'token-refused' });
    expect(withCodes([])).toMatchObject({ kind: 'failure', error: { code: 'UPSTREAM_REFUSED' } });
  });

  test('code 0 is a success whatever the stage lists', () => {
    expect(judge(reply(success), [0])).toMatchObject({ kind: 'payload' });
  });

  test('no decision is made on message text', () => {
    for (const words of ['Success', 'Card account not found', 'invalid_token', 'OK']) {
      const body = { response_code: 1, response_message: words, payload: words };
      expect(judge(reply(body))).toStrictEqual(
        failure('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: 1 }, true),
      );
      expect(judge(reply({ ...success, response_message: words }))).toMatchObject({ kind: 'payload' });
    }
  });

  test.each([400, 409, 412, 422])('HTTP %i with a code that means "no such account" on this stage', (status) => {
    expect(judge(reply(business(1234), { status }), [1234])).toEqual(notFound(false));
    expect(judge(reply(business(1234), { status }), [4321])).toEqual(
      failure('UPSTREAM_REFUSED', { upstreamStatus: status, upstreamCode: 1234 }),
    );
  });

  test('what an error says never holds the words of EnKash', () => {
    const words = 'Asha Rao 9000000001';
    const body = { response_code: 1, response_message: words, payload: words };
    for (const status of [200, 400, 403, 404, 422, 429, 500, 503]) {
      const judgement = judge(reply(body, { status }));
      expect(judgement.kind).toBe('failure');
      expect(JSON.stringify(judgement)).not.toContain('Asha');
      expect(judgement.kind === 'failure' && String(judgement.error.stack)).not.toContain('Asha');
    }
  });
});
