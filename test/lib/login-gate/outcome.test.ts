import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransportResult } from '../../../lib/enkash/transport.ts';
import { judgeControl, judgeLogin } from '../../../lib/login-gate/outcome.ts';
import { page, reply } from '../../rigs/enkash-sample.ts';
import { accepted, error, failed, now, possible, refused, turnedAway } from '../../rigs/login-replies.ts';

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

test.each([
  ['a time-out', failed('timeout', true), true],
  ['a reset', failed('reset', true), true],
  ['408', page(408), true],
  ['504', page(504), true],
  ['524', page(524), true],
  ['502', page(502), false],
  ['500', page(500), false],
])('after %s: whether EnKash may be at work at the login still', (_, result, unfinished) => {
  expect(judgeLogin(result, now)).toMatchObject({ kind: 'possible', unfinished });
});
