import { describe, expect, test } from 'vitest';
import type { TransportResult } from '../../../lib/enkash/transport.ts';
import { judgeLogin } from '../../../lib/login-gate/outcome.ts';
import { page, reply } from '../../rigs/enkash-sample.ts';
import { accepted, error, failed, now, possible, refused, turnedAway } from '../../rigs/login-replies.ts';

const silence = { kind: 'possible', silent: true };
const byCloudflare = { server: 'cloudflare', 'cf-ray': '8f0c-BOM' };
const deep = `{"code":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

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
