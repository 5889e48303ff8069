import { describe, expect, test } from 'vitest';
import { failing, noSuchAccount } from '../rigs/client-rig.ts';
import { payload, reply, success } from '../rigs/enkash-sample.ts';
import { account, bodyOf, claimsOf, dropInEvent, startHandlers, withQuery } from '../rigs/function-rig.ts';

const secure = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-type': 'application/json' };
const json = { 'Content-Type': 'application/json' };
const failure = (code: string, title: string, retryable = false) => ({
  response_code: 1,
  response_message: title,
  payload: title,
  error: { code, requestId: 'gateway-request-1', retryable },
});
const card: Record<string, unknown> = { ...Object(payload.primaryEnKashCard) };

describe('the drop-in', () => {
  test("answers EnKash's own envelope, every documented field but the card token, money as JSON numbers", async () => {
    const answer = await startHandlers().dropIn();
    const { token: _, ...cardWithoutToken } = card;
    expect(answer).toMatchObject({ statusCode: 200, headers: secure });
    expect(bodyOf(answer)).toStrictEqual({
      response_code: 0,
      response_message: 'Success',
      payload: { ...payload, primaryEnKashCard: cardWithoutToken },
    });
  });

  test('leaves absent what EnKash left out, and null what it said null', async () => {
    const { dropIn } = startHandlers({
      enkash: () => reply({ ...success, payload: { ...account, availableBalance: -0.05, ifscCode: null, extra: 'x' } }),
    });
    const body = bodyOf(await dropIn());
    expect(body.payload).toMatchObject({ ...account, availableBalance: -0.05, ifscCode: null });
    expect(body.payload).not.toHaveProperty('extra');
    expect(body.payload).not.toHaveProperty('bankName');
    expect(body.payload).not.toHaveProperty('primaryEnKashCard');
  });

  test('drops float noise from an amount that it passes on', async () => {
    const noisy = { ...payload, usedMtd: 1005.2900000000001, availableBalance: 0.30000000000000004 };
    const { dropIn } = startHandlers({ enkash: () => reply({ ...success, payload: noisy }) });
    expect(bodyOf(await dropIn()).payload).toMatchObject({ usedMtd: 1005.29, availableBalance: 0.3 });
  });

  test.each([
    ['an upper-case header name', { headers: { 'CONTENT-TYPE': 'application/json' } }],
    ['a charset', { headers: { 'content-type': 'Application/JSON; charset="UTF-8"' } }],
    ['utf8 without a dash', { headers: { 'content-type': 'application/json; charset=utf8' } }],
    ['a charset in single quotes', { headers: { 'content-type': "application/json;charset='utf-8'" } }],
    ['a semicolon at the end', { headers: { 'content-type': 'application/json;' } }],
    ['a parameter without a name', { headers: { 'content-type': 'application/json; utf-8' } }],
    ['unknown parameters', { headers: { 'content-type': 'application/json;odata=verbose; v=1;charset=UTF-8' } }],
    ['keys it does not know', { body: JSON.stringify({ ...account, partnerId: 'x', request: null }) }],
    ['a query, even twice', withQuery({ view: ['full', 'summary'], maxAge: ['x'] })],
    ['a base64 body', { isBase64Encoded: true, body: Buffer.from(JSON.stringify(account)).toString('base64') }],
  ])('takes %s', async (_, changes) => {
    expect(await startHandlers().dropIn(dropInEvent(changes))).toMatchObject({ statusCode: 200 });
  });

  test.each([
    ['no body', { body: null }, 400],
    ['an empty body', { body: '' }, 400],
    ['text', { body: 'companyId' }, 400],
    ['an array', { body: `[${JSON.stringify(account)}]` }, 400],
    ['a stringified body', { body: JSON.stringify(JSON.stringify(account)) }, 400],
    ['a byte order mark', { body: `\uFEFF${JSON.stringify(account)}` }, 400],
    ['an encrypted body', { body: '{"request":"g48nav3TVchlEGLZkE1ALw=="}' }, 400],
    ['__proto__', { body: `{"__proto__":{"companyId":"CEKTEST001"},"cardAccountId":"CATEST001"}` }, 400],
    ['an id that is a number', { body: JSON.stringify({ ...account, companyId: 1 }) }, 400],
    ['bytes that are not UTF-8', { isBase64Encoded: true, body: Buffer.from([0xff, 0xfe]).toString('base64') }, 400],
    ['4,000 deep arrays', { body: '['.repeat(4_000) }, 400],
    ['no headers', { headers: null }, 415],
    ['no media type', { headers: {} }, 415],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['text/plain', { headers: { 'content-type': 'text/plain' } }, 415],
    ['another charset', { headers: { 'content-type': 'application/json; charset=utf-16' } }, 415],
    ['another charset beside utf-8', { headers: { 'content-type': 'application/json;charset=utf-8;charset=x' } }, 415],
    ['a body of a byte over 8 kB', { headers: json, body: JSON.stringify(account).padEnd(8_193) }, 413],
    ['a body over 8 kB in bytes though not in characters', { headers: json, body: '₹'.repeat(3_000) }, 413],
    ['a base64 body over 8 kB', { isBase64Encoded: true, body: Buffer.alloc(8_193, ' ').toString('base64') }, 413],
    ['an oversize body of a wrong type', { headers: {}, body: ' '.repeat(8_193) }, 413],
  ])('refuses %s with EnKash\u2019s failure envelope, and calls nobody', async (_, changes, status) => {
    const { dropIn, upstreamCalls } = startHandlers();
    const answer = await dropIn(dropInEvent(changes));
    const words: Record<number, [string, RegExp]> = {
      400: ['INVALID_REQUEST', /^The request is not valid: [a-z]+/i],
      413: ['PAYLOAD_TOO_LARGE', /^The request body is too large$/],
      415: ['UNSUPPORTED_MEDIA_TYPE', /^The request body must be application\/json$/],
    };
    const [code = '', text = /^$/] = words[status] ?? [];
    expect(answer).toMatchObject({ statusCode: status, headers: secure });
    const body = bodyOf(answer);
    expect(body.payload).toMatch(text);
    expect(body).toStrictEqual(failure(code, String(body.payload)));
    expect(upstreamCalls()).toBe(0);
  });

  test('tells a client that still encrypts to send plain JSON', async () => {
    const answer = await startHandlers().dropIn(dropInEvent({ body: '{"request":"g48nav3TVchlEGLZkE1ALw=="}' }));
    expect(bodyOf(answer).response_message).toContain('request is an encrypted body: send plain JSON');
    expect(answer.body).not.toContain('g48nav3');
  });

  test('takes from a body nothing but the two ids', async () => {
    const body = JSON.stringify({ ...account, partner: 'other', deadline: 0 });
    const { dropIn, audits } = startHandlers();
    expect(await dropIn(dropInEvent({ body }))).toMatchObject({ statusCode: 200 });
    expect(audits()).toMatchObject([{ ...account, partner: 'acme', outcome: 'OK' }]);
  });

  test('takes a body of exactly 8 kB', async () => {
    const body = JSON.stringify(account).padEnd(8_192);
    expect(await startHandlers().dropIn(dropInEvent({ body }))).toMatchObject({ statusCode: 200 });
  });

  test('needs the scope card-accounts/full', async () => {
    const { dropIn, upstreamCalls } = startHandlers();
    const answer = await dropIn(dropInEvent({}, claimsOf('card-accounts/read card-accounts/watch')));
    expect(answer).toMatchObject({ statusCode: 403, headers: secure });
    expect(bodyOf(answer)).toStrictEqual(failure('FORBIDDEN_SCOPE', 'The access token lacks the required scope'));
    expect(upstreamCalls()).toBe(0);
  });

  test('says the same of an account that is not there and of one that is not yours', async () => {
    const absent = await startHandlers({ enkash: () => noSuchAccount }).dropIn();
    const foreign = await startHandlers({ grants: {} }).dropIn();
    expect(foreign).toStrictEqual(absent);
    expect(bodyOf(foreign)).toStrictEqual(failure('ACCOUNT_NOT_FOUND', 'No such card account'));
  });

  test('fails with the status of our code, our title, and Retry-After where known', async () => {
    const answer = await startHandlers({ enkash: () => failing(429, '3') }).dropIn();
    expect(answer).toMatchObject({ statusCode: 503, headers: { ...secure, 'retry-after': '3' } });
    expect(bodyOf(answer)).toStrictEqual(failure('UPSTREAM_UNAVAILABLE', 'EnKash is not available', true));
  });
});
