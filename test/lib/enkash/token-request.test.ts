import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeLogin, sendLogin } from '../../../lib/enkash/token-request.ts';
import type { FailureKind, TransportRequest, TransportResult } from '../../../lib/enkash/transport.ts';
import { credentials, page, reply } from '../../rigs/enkash-sample.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const failed = (why: FailureKind, sent: boolean): TransportResult => ({
  kind: 'failed',
  sent,
  why,
  reusedSocket: false,
});
const refused = { kind: 'refused' };
const silence = { kind: 'possible', waitMs: 60_000 };
const possible = { kind: 'possible', waitMs: 120_000 };
const turnedAway = { kind: 'turned-away' };
const byCloudflare = { server: 'cloudflare', 'cf-ray': '8f0c-BOM' };
const accepted = (token: string, statedLifeMs?: number) => ({ kind: 'accepted', token, statedLifeMs });
const error = { error: 'invalid_grant', error_description: 'Bad credentials' };
const deep = `{"code":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

describe('sendLogin', () => {
  test('is one POST on a fresh socket: Basic client, password grant, camelCase clientId, 1 s to connect, 4 s in all', async () => {
    const sent: TransportRequest[] = [];
    const answer = reply({});
    const send = async (request: TransportRequest) => {
      sent.push(request);
      return answer;
    };
    expect(await sendLogin(send, 'https://token.example/uat/oauth/token', credentials)).toBe(answer);
    expect(sent).toStrictEqual([
      {
        url: new URL('https://token.example/uat/oauth/token'),
        headers: {
          authorization: `Basic ${btoa('sample-basic-id-77e1:sample-basic-secret-0d5f')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'username=sample-user-3391&password=sample-password-a94a8fe5&grant_type=password&clientId=sample-client-91bd',
        connectMs: 1_000,
        callMs: 4_000,
        freshSocket: true,
      },
    ]);
  });

  test('form-encodes a password with reserved characters, so that EnKash reads it back whole', async () => {
    const password = 'p&=+ %ü#';
    let body = '';
    const send = async (request: TransportRequest) => {
      body = request.body;
      return reply({});
    };
    await sendLogin(send, 'https://token.example/oauth/token', { ...credentials, password });
    expect(new URLSearchParams(body).get('password')).toBe(password);
  });
});

describe('judgeLogin accepts the three token shapes', () => {
  const shapes: [string, unknown, object][] = [
    [
      'current pages',
      { access_token: 't1', token_type: 'bearer', refresh_token: 'r', expires_in: 86_399, scope: 'x' },
      accepted('t1', 86_399_000),
    ],
    [
      'api-8990264',
      { accessToken: 't2', tokenType: 'bearer', expiresIn: 299, refreshToken: 'r' },
      accepted('t2', 299_000),
    ],
    [
      'doc-855396',
      { token: 't3', expiry: now + 120_000, resultCode: 0, resultMessage: 'Success' },
      accepted('t3', 120_000),
    ],
    ['without a lifetime', { access_token: 't4' }, accepted('t4')],
    ['lifetime as digits', { access_token: 't5', expires_in: '300' }, accepted('t5', 300_000)],
    ['lifetime that is no number', { access_token: 't6', expires_in: 'soon' }, accepted('t6')],
    ['an expiry in the past', { token: 't7', expiry: now - 1 }, accepted('t7', -1)],
    ['a result code in a string', { token: 't8', resultCode: '0' }, accepted('t8')],
    ['result code 200, as HTTP says it', { token: 't8', resultCode: 200 }, accepted('t8')],
    ['a null error', { access_token: 't9', error: null }, accepted('t9')],
    ['stringified twice', JSON.stringify(JSON.stringify({ access_token: 't10' })), accepted('t10')],
  ];
  test.each(shapes)('%s', (_, body, outcome) => {
    expect(judgeLogin(reply(body), now)).toStrictEqual(outcome);
  });

  test('201 with a token is accepted', () => {
    expect(judgeLogin(reply({ access_token: 't' }, { status: 201 }), now)).toStrictEqual(accepted('t'));
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
      { kind: 'possible', waitMs: 900_000 },
    ],
    [
      '503 with an endless Retry-After',
      reply('', { status: 503, retryAfter: '999999' }),
      { kind: 'possible', waitMs: 3_600_000 },
    ],
    ['200 with a token and a failure code', reply({ token: 't', resultCode: 1 }), possible],
    ['200 with a token and an error', reply({ access_token: 't', error: 'invalid_grant' }), possible],

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
    ['200 with an array', reply([{ access_token: 't' }]), possible],
    ['200 without a token', reply({ token_type: 'bearer' }), possible],
    ['200 with an empty token', reply({ access_token: '' }), possible],
    ['200 with a token that is no header value', reply({ access_token: 'a\r\nX-Evil: 1' }), possible],
    ['200 with a token of 9,000 characters', reply({ access_token: 'x'.repeat(9_000) }), possible],
    ['200 with a token that is a number', reply({ access_token: 5 }), possible],
    ['200 with a code that is an object', reply({ code: { toString: 1, valueOf: 1 } }), possible],
    ['200 with a code that is 20,000 arrays deep', reply(deep), possible],
  ];
  test.each(rows)('%s', (_, result, outcome) => {
    expect(judgeLogin(result, now)).toStrictEqual(outcome);
  });

  test('no decision is made on message text', () => {
    for (const words of ['User account is locked', 'Success', 'rate limit']) {
      expect(judgeLogin(reply({ error_description: words, access_token: 't' }), now)).toStrictEqual(accepted('t'));
      expect(judgeLogin(reply({ message: words }, { status: 500 }), now)).toStrictEqual(silence);
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
