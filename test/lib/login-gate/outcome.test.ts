import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FailureKind, TransportResult } from '../../../lib/enkash/transport.ts';
import { judgeControl, judgeLogin } from '../../../lib/login-gate/outcome.ts';
import { page, reply } from '../../rigs/enkash-sample.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const failed = (why: FailureKind, sent: boolean): TransportResult => ({
  kind: 'failed',
  sent,
  why,
  reusedSocket: false,
});
const refused = { kind: 'refused' };
const silence = { kind: 'possible', silent: true };
const possible = { kind: 'possible', silent: false };
const turnedAway = { kind: 'turned-away' };
const byCloudflare = { server: 'cloudflare', 'cf-ray': '8f0c-BOM' };
const accepted = (token: string, statedLifeMs?: number) => ({ kind: 'accepted', token, statedLifeMs });
const error = { error: 'invalid_grant', error_description: 'Bad credentials' };
const deep = `{"code":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

describe('judgeLogin accepts the three token shapes', () => {
  const shapes: [string, unknown, object][] = [
    [
      'current pages',
      { access_token: 'token-1-xx', token_type: 'bearer', refresh_token: 'r', expires_in: 86_399, scope: 'x' },
      accepted('token-1-xx', 86_399_000),
    ],
    [
      'api-8990264',
      { accessToken: 'token-2-xx', tokenType: 'bearer', expiresIn: 299, refreshToken: 'r' },
      accepted('token-2-xx', 299_000),
    ],
    [
      'doc-855396',
      { token: 'token-3-xx', expiry: now + 120_000, resultCode: 0, resultMessage: 'Success' },
      accepted('token-3-xx', 120_000),
    ],
    ['without a lifetime', { access_token: 'token-4-xx' }, accepted('token-4-xx')],
    ['lifetime as digits', { access_token: 'token-5-xx', expires_in: '300' }, accepted('token-5-xx', 300_000)],
    ['lifetime that is no number', { access_token: 'token-6-xx', expires_in: 'soon' }, accepted('token-6-xx')],
    ['an expiry in the past', { token: 'token-7-xx', expiry: now - 1 }, accepted('token-7-xx', -1)],
    ['a result code in a string', { token: 'token-8-xx', resultCode: '0' }, accepted('token-8-xx')],
    ['result code 200, as HTTP says it', { token: 'token-8-xx', resultCode: 200 }, accepted('token-8-xx')],
    ['a null error', { access_token: 'token-9-xx', error: null }, accepted('token-9-xx')],
    ['an object payload', { response_code: 0, payload: { access_token: 'token-11-x' } }, accepted('token-11-x')],
    ['its scheme before it', { access_token: 'Bearer token-12-x' }, accepted('token-12-x')],
    ['a byte order mark before it', `\uFEFF${JSON.stringify({ token: 'token-13-x' })}`, accepted('token-13-x')],
    ['a code that says ok in words', { token: 'token-14-x', code: 'SUCCESS' }, accepted('token-14-x')],
    ['stringified twice', JSON.stringify(JSON.stringify({ access_token: 'token-10-xx' })), accepted('token-10-xx')],
  ];
  test.each(shapes)('%s', (_, body, outcome) => {
    expect(judgeLogin(reply(body), now)).toMatchObject(outcome);
  });

  test('201 with a token is accepted', () => {
    expect(judgeLogin(reply({ access_token: 'token-0-xx' }, { status: 201 }), now)).toMatchObject(
      accepted('token-0-xx'),
    );
  });
});

describe('judgeLogin judges every other outcome', () => {
  const rows: [string, TransportResult, object][] = [
    ['400 with JSON', reply(error, { status: 400 }), refused],
    ['401 with JSON', reply(error, { status: 401 }), refused],
    ['401 with HTML', page(401), refused],
    ['403 with JSON', reply(error, { status: 403 }), refused],
    ['200 with an OAuth2 error', reply(error), refused],
    ['200 with resultCode 1', reply({ resultCode: 1 }), refused],
    ['200 with resultCode "1"', reply({ resultCode: '1', resultMessage: 'x' }), refused],
    ['200 with response_code 403', reply({ response_code: 403 }), refused],
    ['200 with code 1', reply({ code: 1, message: 'x' }), refused],
    ['400 cut off', { kind: 'bad-body', status: 400 }, refused],
    ['401 cut off', { kind: 'bad-body', status: 401 }, refused],
    ['403 with JSON called a page', reply(error, { status: 403, contentType: 'text/html' }), refused],
    ['403 with JSON from Cloudflare', reply(error, { status: 403, headers: byCloudflare }), refused],
    ['403 with JSON behind a byte order mark', reply(`\uFEFF${JSON.stringify(error)}`, { status: 403 }), refused],
    [
      '403 with XML',
      reply('<oauth><error>invalid_grant</error></oauth>', { status: 403, contentType: 'text/plain' }),
      refused,
    ],
    [
      '403 with declared XML',
      reply('<?xml version="1.0"?><error/>', { status: 403, contentType: 'text/xml' }),
      refused,
    ],
    ['200 with an error that is an object', reply({ error: { code: 'x' } }), refused],

    ['a refused connection', failed('connect', false), { kind: 'not-sent' }],
    ['a host that is not found', failed('dns', false), { kind: 'not-sent' }],
    ['an untrusted certificate', failed('tls', false), { kind: 'not-sent' }],
    ['a time-out while connecting', failed('timeout', false), { kind: 'not-sent' }],

    ["Cloudflare's challenge", reply('<html>', { status: 403, headers: { 'cf-mitigated': 'challenge' } }), turnedAway],
    ...['error code: 1020', 'error code: 1015\n'].map((body): [string, TransportResult, object] => [
      `Cloudflare's ${body}`,
      reply(body, { status: 403, contentType: 'text/plain; charset=UTF-8', headers: byCloudflare }),
      turnedAway,
    ]),

    [
      'the same text from somebody else',
      reply('error code: 1020', { status: 403, contentType: 'text/plain' }),
      possible,
    ],
    [
      'the same text as a page',
      reply('error code: 1020', { status: 403, contentType: 'text/html', headers: byCloudflare }),
      possible,
    ],
    [
      'more than the text',
      reply('error code: 1020 x', { status: 403, contentType: 'text/plain', headers: byCloudflare }),
      possible,
    ],
    [
      'another code',
      reply('error code: 521', { status: 521, contentType: 'text/plain', headers: byCloudflare }),
      possible,
    ],
    ['a mitigation that is no challenge', reply('', { status: 403, headers: { 'cf-mitigated': 'block' } }), possible],
    ...[403, 404, 405, 429, 502, 503, 521, 530].flatMap((status): [string, TransportResult, object][] => [
      [`${status} with a page of Cloudflare`, page(status), possible],
      [`${status} with nothing`, reply('', { status }), possible],
      [`${status} cut off`, { kind: 'bad-body', status }, possible],
    ]),
    ['403 with a declared XHTML page', reply('<?xml version="1.0"?><!DOCTYPE html><html/>', { status: 403 }), possible],
    ['429 with JSON', reply(error, { status: 429 }), possible],
    ['429 with a short Retry-After', reply('', { status: 429, retryAfter: '9' }), possible],
    [
      '503 with a long Retry-After',
      reply('', { status: 503, retryAfter: '900' }),
      { kind: 'possible', retryAfterSeconds: 900 },
    ],
    [
      '503 with an endless Retry-After',
      reply('', { status: 503, retryAfter: '999999' }),
      { kind: 'possible', retryAfterSeconds: 3_600 },
    ],
    ['200 with a token and a failure code', reply({ token: 'token-0-xx', resultCode: 1 }), possible],
    ['200 with a token and an error', reply({ access_token: 'token-0-xx', error: 'invalid_grant' }), possible],

    ['200 with a token of 7 characters', reply({ access_token: '1234567' }), possible],
    ['200 with a token in a payload that is a text', reply({ payload: '{"token":"token-0-xx"}' }), possible],
    [
      '200 with a token in a payload and a failure beside it',
      reply({ code: 5, payload: { token: 'token-0-xx' } }),
      possible,
    ],
    ['200 with a token and a code in words', reply({ token: 'token-0-xx', code: 'INVALID_USER' }), possible],
    ['200 with a negative code', reply({ code: -1 }), refused],

    ['a time-out after bytes were written', failed('timeout', true), silence],
    ['a reset after bytes were written', failed('reset', true), silence],
    ['500', reply(error, { status: 500 }), silence],
    ...[504, 409, 422, 301, 302, 304].map((status): [string, TransportResult, object] => [
      `${status}`,
      reply(error, { status }),
      possible,
    ]),
    ['500 cut off', { kind: 'bad-body', status: 500 }, silence],
    ['200 cut off', { kind: 'bad-body', status: 200 }, possible],
    ['200 with a page', page(200), possible],
    ['200 with nothing', reply(''), possible],
    ['200 with bytes that are not UTF-8', reply(Buffer.from([0xff])), possible],
    ['200 with an array', reply([{ access_token: 'token-0-xx' }]), possible],
    ['200 without a token', reply({ token_type: 'bearer' }), possible],
    ['200 with an empty token', reply({ access_token: '' }), possible],
    ['200 with a token that is no header value', reply({ access_token: 'a\r\nX-Evil: 1' }), possible],
    ['200 with a token of 9,000 characters', reply({ access_token: 'x'.repeat(9_000) }), possible],
    ['200 with a token that is a number', reply({ access_token: 5 }), possible],
    ['200 with a code that is an object', reply({ code: { toString: 1, valueOf: 1 } }), possible],
    ['200 with a code that is 20,000 arrays deep', reply(deep), possible],
  ];
  test.each(rows)('%s', (_, result, outcome) => {
    expect(judgeLogin(result, now)).toMatchObject(outcome);
  });

  test('no decision is made on message text', () => {
    for (const words of ['User account is locked', 'Success', 'rate limit']) {
      expect(judgeLogin(reply({ error_description: words, access_token: 'token-0-xx' }), now)).toMatchObject(
        accepted('token-0-xx'),
      );
      expect(judgeLogin(reply({ message: words }, { status: 500 }), now)).toMatchObject(silence);
    }
  });
});

describe('whatever a token host sends', () => {
  const key = fc.constantFrom(
    'access_token',
    'accessToken',
    'token',
    'expires_in',
    'expiry',
    'resultCode',
    'code',
    'error',
    'toString',
  );
  const body = fc.oneof(
    fc.dictionary(key, fc.jsonValue()).map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
  );

  test('one of the five outcomes comes of it, and only a 2xx is accepted', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 200, max: 599 }), (text, status) => {
        const outcome = judgeLogin(reply(text, { status }), now);
        expect(['accepted', 'refused', 'not-sent', 'turned-away', 'possible']).toContain(outcome.kind);
        if (outcome.kind === 'accepted') expect(status).toBeLessThan(300);
        expect(outcome.kind).not.toBe('not-sent');
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('what came back', () => {
  test.each<[TransportResult, string]>([
    [page(502), '502 html'],
    [reply(error, { status: 401 }), '401 json'],
    [reply('', { status: 429 }), '429 empty'],
    [reply('nope', { status: 503, contentType: 'text/plain' }), '503 text'],
    [{ kind: 'bad-body', status: 200 }, '200 unreadable'],
    [failed('timeout', true), 'timeout'],
    [failed('late', false), 'late'],
  ])('is named by status and kind of body, never by its text: %#', (result, evidence) => {
    expect(judgeLogin(result, now).evidence).toBe(evidence);
  });
});

describe('a status that EnKash said in writing comes from its edge', () => {
  test('does not count, unless an application speaks', () => {
    expect(judgeLogin(page(503), now, [503])).toMatchObject(turnedAway);
    expect(judgeLogin(page(502), now, [503])).toMatchObject(possible);
    expect(judgeLogin(reply(error, { status: 503 }), now, [503])).toMatchObject(possible);
    expect(judgeLogin(reply('<error/>', { status: 403 }), now, [403])).toMatchObject(refused);
  });
});

describe('a control request', () => {
  test.each<[string, TransportResult, object]>([
    ['400 with JSON', reply(error, { status: 400 }), { kind: 'application', evidence: '400 json' }],
    ['401 with a page', page(401), { kind: 'application' }],
    ['a code inside HTTP 200', reply({ resultCode: 1 }), { kind: 'application' }],
    ['502', page(502), { kind: 'trouble', evidence: '502 html' }],
    ['404 with JSON', reply(error, { status: 404 }), { kind: 'trouble' }],
    ['503 that says when', reply('', { status: 503, retryAfter: '30' }), { kind: 'trouble', retryAfterSeconds: 30 }],
    ['a connection refused', failed('connect', false), { kind: 'trouble' }],
    ["Cloudflare's refusal", reply('', { status: 403, headers: { 'cf-mitigated': 'challenge' } }), { kind: 'trouble' }],
  ])('answered by %s tells whether the application answers', (_, result, answer) => {
    expect(judgeControl(result, now)).toMatchObject(answer);
  });
});
