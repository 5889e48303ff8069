import { describe, expect, test } from 'vitest';
import { apiHandler } from '../../../lib/api/api-handler.ts';
import { getCardAccount } from '../../../lib/api/routes/get-card-account.ts';
import { routes } from '../../../lib/api/routes/routes.ts';
import { watchCardAccount } from '../../../lib/api/routes/watch-card-account.ts';
import { CredentialsError, UpstreamError } from '../../../lib/errors.ts';
import { createLog } from '../../../lib/log.ts';
import { bundle, done, grants } from '../../rigs/api-bundle.ts';
import { account, bodyOf, claimsOf, context, getEvent, withQuery } from '../../rigs/function-rig.ts';

describe('the audit line', () => {
  const requestLine = (lines: readonly Record<string, unknown>[]) => lines.filter(({ event }) => event === 'request');

  test('is one per request: who asked for what, the outcome and how long it took, nothing else', async () => {
    const { call, clock, lines } = bundle(async ({ audit }) => {
      audit({ companyId: 'CEKTEST001', cardAccountId: 'CATEST001', view: 'summary' });
      audit({ partner: 'acme' });
      clock.ms += 42;
      return done;
    });
    await call();
    expect(requestLine(lines)).toStrictEqual([
      {
        level: 'info',
        time: '2026-01-01T00:00:00.042Z',
        event: 'request',
        requestId: 'gateway-request-1',
        route: 'GET /v1/companies/{companyId}/card-accounts/{cardAccountId}',
        caller: 'alpha',
        companyId: 'CEKTEST001',
        cardAccountId: 'CATEST001',
        view: 'summary',
        partner: 'acme',
        outcome: 'OK',
        status: 200,
        durationMs: 42,
      },
    ]);
  });

  test('says what failed upstream, and how', async () => {
    const { call, lines } = bundle(async () => {
      throw new UpstreamError('UPSTREAM_UNREADABLE', { step: 'schema', paths: ['availableBalance: string'] });
    });
    await call();
    expect(requestLine(lines)).toMatchObject([
      { outcome: 'UPSTREAM_UNREADABLE', status: 502, step: 'schema', paths: ['availableBalance: string'] },
    ]);
  });

  test("is an error line when EnKash answered with another account's data, which the same request will not cure", async () => {
    const { call, lines } = bundle(() => Promise.reject(new UpstreamError('UPSTREAM_MISMATCH', { step: 'echo' })));
    expect(bodyOf(await call())).toMatchObject({ code: 'UPSTREAM_MISMATCH', retryable: false });
    expect(requestLine(lines)).toMatchObject([{ level: 'error', outcome: 'UPSTREAM_MISMATCH', partner: 'acme' }]);
  });

  test('is written for a refusal and for a defect too', async () => {
    for (const [error, outcome, status] of [
      [new CredentialsError('not-filled'), 'CREDENTIALS_UNAVAILABLE', 503],
      [new Error('x'), 'INTERNAL', 500],
    ] as const) {
      const { call, lines } = bundle(() => Promise.reject(error));
      await call();
      expect(requestLine(lines)).toMatchObject([{ outcome, status, caller: 'alpha' }]);
    }
  });

  test('never holds what the caller sent: headers, query, body, claims', async () => {
    const event = getEvent(
      {
        headers: { authorization: 'Bearer canary-header' },
        multiValueQueryStringParameters: { q: ['canary-query'] },
        body: 'canary-body',
      },
      { ...claimsOf('card-accounts/read'), username: 'canary-claim' },
    );
    const { call, lines } = bundle(async () => done);
    await call(event);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  test('comes with a count and a duration per partner as embedded metrics', async () => {
    const { call, lines } = bundle(async ({ audit }) => {
      audit({ partner: 'acme' });
      return done;
    });
    await call();
    expect(lines.filter(({ _aws }) => _aws)).toMatchObject([
      { stage: 'test', partner: 'acme', outcome: 'OK', Requests: 1 },
      { stage: 'test', partner: 'acme', RequestMs: 0 },
    ]);
  });
});

describe('the one order of every route', () => {
  const silent = { callers: { 'client-1': 'alpha' }, grants, now: Date.now, metric: () => {} };
  const asked = { companyId: account.companyId, cardAccountId: account.cardAccountId };
  const perPath = routes.filter(({ account: place }) => place === 'params');

  test.each(perPath.map((route) => [route.operationId, route] as const))(
    'the audit line of a refused query has caller and account (%s)',
    async (_, route) => {
      const lines: Record<string, unknown>[] = [];
      const log = createLog((line) => void lines.push(JSON.parse(line)), Date.now);
      const handler = apiHandler({ route, deps: { ...silent, log }, handle: async () => done });
      const claims = claimsOf('card-accounts/read card-accounts/full card-accounts/watch');
      const event = getEvent({ ...withQuery({ nonsense: ['1'] }), httpMethod: route.method }, claims);
      expect(await handler(event, context)).toMatchObject({ statusCode: 400 });
      expect(lines.at(-1)).toMatchObject({ event: 'request', caller: 'alpha', ...asked, outcome: 'INVALID_REQUEST' });
    },
  );

  test('an optional body may be absent, empty or null', async () => {
    const bodies: unknown[] = [];
    const handle = async ({ body }: { body: unknown }) => {
      bodies.push(body);
      return done;
    };
    const handler = apiHandler({ route: watchCardAccount, deps: { ...silent, log: () => {} }, handle });
    for (const body of [null, '', 'null', ' null\n'])
      expect(await handler(getEvent({ body }), context)).toMatchObject({ statusCode: 200 });
    expect(bodies).toEqual([{}, {}, {}, {}]);
  });

  test('names what is missing in words of ours, never the value', async () => {
    const handler = apiHandler({ route: getCardAccount, deps: { ...silent, log: () => {} }, handle: async () => done });
    const answer = await handler(getEvent({ pathParameters: { companyId: account.companyId } }), context);
    expect(bodyOf(answer)).toMatchObject({ errors: [{ field: 'cardAccountId', message: 'must be a text' }] });
  });
});
