import { describe, expect, test } from 'vitest';
import { account, accountNumber } from '../rigs/samples.ts';
import { alerts, ask, known, latest, stage, watches } from '../rigs/snapshot-routes.ts';

describe('GET, PUT and DELETE …/watch', () => {
  const mine = { ...account, cardAccountId: 'CAWATCH1' };
  const put = (body?: unknown, path: object = mine) => ask('watch', { method: 'PUT', body, path });

  test('take no query', async () => {
    for (const method of ['PUT', 'DELETE']) {
      expect(await ask('watch', { method, path: mine, query: { lowBalance: '5' } })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'lowBalance', message: 'is not known' }] },
      });
    }
  });

  const asked = { low: { balance: 'available', below: '1000.00' } };
  const shown = { ...asked.low, recoverAt: '1200.00', confirmations: 2, cooldownSeconds: 3600 };

  test('creates, changes and ends a watch, each twice the same', async () => {
    const created = await put({ rules: asked });
    const since = new Date(stage.now).toISOString();
    expect(created).toMatchObject({
      status: 201,
      body: { ...mine, since, rules: { low: shown }, states: { low: { phase: 'ok', since } } },
    });
    expect(await put({ rules: asked })).toEqual({ ...created, status: 200 });
    expect(await ask('watch', { path: mine, scope: 'card-accounts/read' })).toEqual({ ...created, status: 200 });
    expect(await put({ rules: {} })).toMatchObject({ status: 200, body: { rules: {}, states: {} } });
    expect(await ask('watch', { method: 'DELETE', path: mine })).toEqual({ status: 204, body: undefined });
    expect(await ask('watch', { method: 'DELETE', path: mine })).toEqual({ status: 204, body: undefined });
    expect(await ask('watch', { path: mine })).toMatchObject({ status: 404, body: { code: 'NOT_WATCHED' } });
    expect(stage.reads).toBe(3);
    expect((await alerts.get(mine)).pending.map(({ type, reason }) => [type, reason])).toEqual([
      ['BalanceWatchEnded', 'rule-removed'],
      ['BalanceWatchEnded', 'unwatched'],
    ]);
  });

  test('fault 10: a PUT without a body, or without rules, keeps the rules of another caller', async () => {
    const { etag } = await put({ rules: asked });
    for (const body of [undefined, null, {}]) {
      expect(await put(body)).toMatchObject({ status: 200, etag, body: { rules: { low: shown } } });
    }
    await ask('watch', { method: 'DELETE', path: mine });
  });

  test('obeys If-Match and If-None-Match: *, and changes its ETag with the rules alone', async () => {
    const on = (headers: Record<string, string>, body: unknown = { rules: asked }, method = 'PUT') =>
      ask('watch', { method, path: mine, body: method === 'PUT' ? body : undefined, headers });
    expect((await on({ 'If-Match': '*' })).body.code).toBe('PRECONDITION_FAILED');
    expect(stage.reads).toBe(0);
    const { etag = '' } = await on({ 'If-None-Match': '*' });
    expect(etag).toMatch(/^"[a-z0-9]+"$/);
    expect(await on({ 'If-None-Match': '*' })).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    stage.now += 1_000;
    const changed = await on({ 'if-match': `"other", ${etag}` }, { rules: {} });
    expect(changed.status).toBe(200);
    expect(changed.etag).not.toBe(etag);
    expect((await on({ 'If-Match': etag }, { rules: asked })).status).toBe(412);
    expect((await on({ 'If-Match': etag }, undefined, 'DELETE')).status).toBe(412);
    expect((await on({ 'If-Match': changed.etag ?? '' }, undefined, 'DELETE')).status).toBe(204);
  });

  test('fault 8: refuses a rule on a balance that the account does not state, naming it', async () => {
    stage.states = false;
    const { status, body } = await put({ rules: { cards: { balance: 'availableOnCards', below: '1.00' } } });
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'INVALID_REQUEST', 'rules.cards.balance']);
    expect((await watches.get(mine))?.end).not.toBeNull();
  });

  test('fault 8: keeps what PUT has read, as the latest balance and as the titles', async () => {
    const kept = { ...account, cardAccountId: 'CAKEPT1' };
    await put({}, kept);
    expect((await latest.get(kept)).last).toMatchObject({ slot: null, observedAt: stage.now });
    expect(await known.titles(kept)).toEqual({ companyName: 'Test Rewards', accountTitle: null });
    await ask('watch', { method: 'DELETE', path: kept });
  });

  test('fault 9: twelve simultaneous PUTs of one account all succeed', async () => {
    const of = { ...account, cardAccountId: 'CARACE1' };
    const limits = Array.from({ length: 12 }, (_, index) => `${index + 1}.00`);
    const answers = await Promise.all(
      limits.map((below) => put({ rules: { low: { balance: 'available', below } } }, of)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(11).fill(200), 201]);
    await ask('watch', { method: 'DELETE', path: of });
  });

  test('never watches an account that EnKash does not have', async () => {
    stage.enkashHas = false;
    const typo = accountNumber(404);
    expect(await put({}, { ...account, cardAccountId: typo.cardAccountId })).toMatchObject({ status: 404 });
    expect(await watches.get({ ...account, cardAccountId: typo.cardAccountId })).toBeUndefined();
  });

  test('reads nothing from EnKash for a body that is wrong or an account that is not granted', async () => {
    expect((await put({ rules: { low: { balance: 'available' } } })).body.errors[0].field).toBe('rules.low.below');
    expect((await put({ unknown: 1 })).status).toBe(400);
    expect((await put('{')).status).toBe(400);
    expect((await put({}, { companyId: 'CEKOTHER01', cardAccountId: 'CA1' })).status).toBe(404);
    expect((await ask('watch', { method: 'PUT', path: mine, scope: 'card-accounts/read' })).body.code).toBe(
      'FORBIDDEN_SCOPE',
    );
    expect(stage.reads).toBe(0);
  });

  test('stops at maxWatched', async () => {
    expect((await put({}, { ...account, cardAccountId: 'CAMOST1' })).status).toBe(201);
    expect((await put({}, { ...account, cardAccountId: 'CAMOST2' })).status).toBe(201);
    expect((await put({}, { ...account, cardAccountId: 'CAMOST3' })).body).toMatchObject({
      ...{ status: 409, code: 'WATCH_LIMIT' },
    });
  });
});

describe('PUT /v1/companies/{companyId}/watch', () => {
  const put = (body?: unknown, more = {}) => ask('watchCompany', { method: 'PUT', body, ...more });
  const ids = ['CAMOST1', 'CAMOST2', 'CAMOST3'];

  test('answers each account with its watch or its problem, in the order asked, one audit line each', async () => {
    const rules = { low: { balance: 'available', below: '1.00' } };
    const { status, body } = await put({ cardAccountIds: ids, rules });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { cardAccountId: 'CAMOST1', watch: { rules: { low: { below: '1.00' } } }, problem: null },
      { cardAccountId: 'CAMOST2', watch: { states: { low: { phase: 'ok' } } }, problem: null },
      { cardAccountId: 'CAMOST3', watch: null, problem: { code: 'WATCH_LIMIT' } },
    ]);
    const audited = stage.lines.filter((line) => line.includes('"status":'));
    expect(ids.map((id) => audited.filter((line) => line.includes(id)).length)).toEqual([1, 1, 1]);
  });

  test('without ids watches every granted account that is known here', async () => {
    const { body } = await put();
    expect(body.items.map(({ cardAccountId }: { cardAccountId: string }) => cardAccountId)).toEqual(
      (await known.page(account.companyId, { limit: 500 })).cardAccountIds,
    );
  });

  test('of a company that is not granted is not there; a wrong body reads nothing', async () => {
    expect((await put({}, { client: 'client-2' })).body.code).toBe('ACCOUNT_NOT_FOUND');
    for (const cardAccountIds of [[], ['CA1', 'CA1'], ['nope'], Array.from({ length: 101 }, (_, at) => `CA${at}`)])
      expect((await put({ cardAccountIds })).status).toBe(400);
    expect((await put({}, { scope: 'card-accounts/read' })).body.code).toBe('FORBIDDEN_SCOPE');
    expect(stage.reads).toBe(0);
  });
});
