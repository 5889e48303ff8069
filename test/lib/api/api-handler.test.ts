import { describe, expect, test } from 'vitest';
import { ok } from '../../../lib/api/api-handler.ts';
import { RequestError } from '../../../lib/errors.ts';
import { bundle, done, type Handled, schema } from '../../rigs/api-bundle.ts';
import { account, bodyOf, claimsOf, getEvent, withQuery } from '../../rigs/function-rig.ts';

describe('apiHandler', () => {
  test('hands over caller, partner, parsed parts, and nine seconds', async () => {
    const seen: Handled[] = [];
    const { call, clock } = bundle(async (request) => {
      seen.push(request);
      return done;
    });
    expect(await call(getEvent({}, claimsOf('card-accounts/read openid')))).toMatchObject({ statusCode: 200 });
    expect(seen).toMatchObject([
      {
        caller: 'alpha',
        partner: 'acme',
        params: account,
        query: { view: 'summary' },
        deadline: clock.ms + 9_000,
      },
    ]);
  });

  test('every answer, good or bad, is neither stored nor sniffed', async () => {
    const outcomes = [
      async () => done,
      () => Promise.reject(new RequestError('NOT_FOUND')),
      () => Promise.reject(new Error('defect')),
    ];
    for (const outcome of outcomes) {
      const { headers } = await bundle(outcome).call();
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    }
  });

  test('an unexpected error is a fixed 500 that says nothing of it', async () => {
    const secret = 'canary-7c1e in a message';
    const { call, lines } = bundle(async () => {
      throw new TypeError(secret, { cause: { secret } });
    });
    const answer = await call();
    expect(answer.statusCode).toBe(500);
    expect(bodyOf(answer)).toStrictEqual({
      type: 'urn:enkash-card-accounts:problem:INTERNAL',
      title: 'Internal error',
      status: 500,
      code: 'INTERNAL',
      requestId: 'gateway-request-1',
      retryable: true,
    });
    expect(`${JSON.stringify(answer)}${JSON.stringify(lines)}`).not.toContain('canary');
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: 'unexpected',
        requestId: 'gateway-request-1',
        errorName: 'TypeError',
        errorAt: expect.stringMatching(/api-handler\.test\.ts:\d+:\d+$/),
      }),
    );
  });

  test.each([[undefined], ['text'], [{ statusCode: 418, message: 'canary' }], [null], [Symbol('canary')]])(
    'a thrown %j is a fixed 500 as well',
    async (thrown) => {
      const { call, lines } = bundle(() => Promise.reject(thrown));
      const answer = await call();
      expect(bodyOf(answer)).toMatchObject({ status: 500, code: 'INTERNAL' });
      expect(`${JSON.stringify(answer)}${JSON.stringify(lines)}`).not.toContain('canary');
    },
  );

  test('an error of somebody else that carries a status code does not choose ours', async () => {
    const alien = Object.assign(new Error('canary'), { statusCode: 404, expose: true, status: 404 });
    expect(await bundle(() => Promise.reject(alien)).call()).toMatchObject({ statusCode: 500 });
  });

  test('an answer outside its schema is a 500, and the field does not leave', async () => {
    const { call } = bundle(async () => ok(schema, { done: true, ...{ secret: 'canary' } }));
    const answer = await call();
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('canary');
  });

  test('the request id is the gateway\u2019s, or Lambda\u2019s where the gateway has none that can be one', async () => {
    const { call } = bundle(() => Promise.reject(new RequestError('NOT_FOUND')));
    expect(bodyOf(await call())).toHaveProperty('requestId', 'gateway-request-1');
    for (const event of [
      null,
      {},
      getEvent({ requestContext: { requestId: 'x\n"y' } }),
      getEvent({ requestContext: { requestId: 'x'.repeat(129) } }),
    ]) {
      expect(bodyOf(await call(event))).toHaveProperty('requestId', 'lambda-request-1');
    }
  });

  test("a caller's X-Request-Id comes back, and stands in the audit line; another form is not taken", async () => {
    for (const [sent, taken] of [
      ['order-17.a_B', 'order-17.a_B'],
      ['x'.repeat(128), 'x'.repeat(128)],
      ['x'.repeat(129), undefined],
      ['two words', undefined],
      ['', undefined],
    ]) {
      for (const outcome of [async () => done, () => Promise.reject(new RequestError('NOT_FOUND'))]) {
        const { call, lines } = bundle(outcome);
        const { headers } = await call(getEvent({ headers: { 'X-REQUEST-ID': sent } }));
        expect(headers?.['x-request-id']).toBe(taken);
        expect(lines.find(({ event }) => event === 'request')?.callerRequestId).toBe(taken);
      }
    }
  });

  test('names at most ten wrong fields, and no name that does not look like one', async () => {
    const query = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`canary ${at}`, ['x']]));
    const { call } = bundle(async () => done);
    const answer = await call(getEvent(withQuery({ first: ['x'], ...query })));
    const unnamed = Array.from({ length: 9 }, () => ({ field: 'unknown field', message: 'is not known' }));
    expect(bodyOf(answer)).toMatchObject({
      status: 400,
      errors: [{ field: 'first', message: 'is not known' }, ...unnamed],
    });
  });
});
