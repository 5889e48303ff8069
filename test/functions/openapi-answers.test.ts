import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import type * as client from '../../lib/client/types.ts';
import { type ErrorCode, errorCodes } from '../../lib/errors.ts';
import { failing } from '../rigs/client-rig.ts';
import { payload, reply, success } from '../rigs/enkash-sample.ts';
import { account, claimsOf, dropInEvent, getEvent, startHandlers, withQuery } from '../rigs/function-rig.ts';
import { document, operations } from '../rigs/openapi-document.ts';

/** What the document says against an answer: nothing, or why it does not match. */
function objection(name: string, { statusCode, headers, body }: ApiResponse): string | undefined {
  const described = operations.find((candidate) => candidate.name === name)?.responses[statusCode];
  const content = described?.content?.[headers?.['content-type'] ?? '']?.schema;
  if (!content) return `${name} ${statusCode} ${headers?.['content-type']} is not described`;
  const $defs = document.components.schemas;
  const whole = JSON.stringify({ ...content, $defs }).replaceAll('#/components/schemas/', '#/$defs/');
  const checked = z.fromJSONSchema(JSON.parse(whole)).safeParse(JSON.parse(body));
  return checked.success ? undefined : z.prettifyError(checked.error);
}

describe('answers match the OpenAPI document', () => {
  const get = 'GET /v1/companies/{companyId}/card-accounts/{cardAccountId}';
  const dropIn = 'POST /api/v0/partner/enKashCard/cardAccount/get';
  const sparse = () => reply({ ...success, payload: { ...account, availableBalance: 1 } });
  const full = getEvent(withQuery({ view: ['full'] }));

  test.each([
    ['the documented account', undefined],
    ['an account of nothing but ids and balance', sparse],
  ])('%s, in every view', async (_, enkash) => {
    const rig = () => startHandlers(enkash ? { enkash } : {});
    expect(objection(get, await rig().get())).toBeUndefined();
    expect(objection(get, await rig().get(full))).toBeUndefined();
    expect(objection(dropIn, await rig().dropIn())).toBeUndefined();
  });

  test('every failure that a caller can cause or meet', async () => {
    const foreign = { ...account, companyId: 'CEKOTHER01' };
    const seen = new Set<number>();
    const upstream = [200, 302, 400, 401, 403, 404, 422, 429, 500, 503].map((status) => () => failing(status, '1'));
    for (const enkash of [...upstream, () => reply({ ...success, payload: { ...payload, companyId: 'CEKOTHER99' } })]) {
      const answers = [await startHandlers({ enkash }).get(), await startHandlers({ enkash }).dropIn()];
      expect([objection(get, answers[0] ?? fail), objection(dropIn, answers[1] ?? fail)]).toStrictEqual([
        undefined,
        undefined,
      ]);
      for (const { statusCode } of answers) seen.add(statusCode);
    }
    const read = claimsOf('card-accounts/read');
    const events = [
      [getEvent({ pathParameters: null }), dropInEvent({ body: '' })],
      [getEvent(withQuery({ view: ['full'] }), read), dropInEvent({}, read)],
      [{}, dropInEvent({ headers: null })],
      [null, dropInEvent({ body: ' '.repeat(9_000) })],
      [getEvent({ requestContext: {} }), dropInEvent({ requestContext: {} })],
      [getEvent({ pathParameters: foreign }), dropInEvent({ body: JSON.stringify(foreign) })],
    ];
    for (const [getRequest, dropInRequest] of events) {
      const answers = [await startHandlers().get(getRequest), await startHandlers().dropIn(dropInRequest)];
      expect([objection(get, answers[0] ?? fail), objection(dropIn, answers[1] ?? fail)]).toStrictEqual([
        undefined,
        undefined,
      ]);
      for (const { statusCode } of answers) seen.add(statusCode);
    }
    expect([...seen].toSorted()).toStrictEqual([400, 401, 403, 404, 413, 415, 502, 503]);
  });

  test('the check itself objects to a field too few, a number for money and another status; an added field is allowed', async () => {
    const answer = await startHandlers().get();
    const changed = (changes: object) => ({
      ...answer,
      body: JSON.stringify({ ...JSON.parse(answer.body), ...changes }),
    });
    expect(objection(get, changed({ extra: 1 }))).toBeUndefined();
    expect(objection(get, changed({ companyId: undefined }))).toBeDefined();
    expect(objection(get, changed({ balances: { available: 1 } }))).toBeDefined();
    expect(objection(get, { ...answer, statusCode: 418 })).toContain('not described');
  });

  const fail: ApiResponse = { statusCode: 0, body: '' };
});

test('every code of the contract has its status', () => {
  const statuses = Object.fromEntries(Object.entries(errorCodes).map(([code, { status }]) => [code, status]));
  expect(statuses).toStrictEqual({
    INVALID_REQUEST: 400,
    UNAUTHORIZED: 401,
    FORBIDDEN_SCOPE: 403,
    BLOCKED: 403,
    ACCOUNT_NOT_FOUND: 404,
    NOT_WATCHED: 404,
    NOT_FOUND: 404,
    CONFLICT: 409,
    WATCH_LIMIT: 409,
    PRECONDITION_FAILED: 412,
    PAYLOAD_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    RATE_LIMITED: 429,
    INTERNAL: 500,
    UPSTREAM_REFUSED: 502,
    UPSTREAM_UNREADABLE: 502,
    UPSTREAM_MISMATCH: 502,
    UPSTREAM_UNAVAILABLE: 503,
    PARTNER_LOGIN_BLOCKED: 503,
    CREDENTIALS_UNAVAILABLE: 503,
    STORAGE_UNAVAILABLE: 503,
    UPSTREAM_TIMEOUT: 504,
  });
});

test('the client of lib/client knows every code, and no other', () => {
  expectTypeOf<client.ErrorCode>().toEqualTypeOf<ErrorCode>();
});
