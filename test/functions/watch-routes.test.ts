import { describe, expect, test } from 'vitest';
import { account, accountNumber } from '../rigs/samples.ts';
import { ask, stage, watches } from '../rigs/snapshot-routes.ts';

describe('PUT and DELETE …/watch', () => {
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

  test('creates, changes and ends a watch, each twice the same', async () => {
    const created = await put({ lowBalance: { balance: 'available', below: '1000.00' } });
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...mine,
        lowBalance: {
          balance: 'available',
          below: '1000.00',
          recoverAt: '1200.00',
          confirmations: 2,
          cooldownSeconds: 3600,
        },
      },
    });
    expect(await put({ lowBalance: { balance: 'available', below: '1000.00' } })).toEqual({ ...created, status: 200 });
    expect(await put()).toMatchObject({ status: 200, body: { lowBalance: null } });
    expect(await ask('watch', { method: 'DELETE', path: mine })).toEqual({ status: 204, body: undefined });
    expect(await ask('watch', { method: 'DELETE', path: mine })).toEqual({ status: 204, body: undefined });
    expect(stage.reads).toBe(3);
  });

  test('never watches an account that EnKash does not have', async () => {
    stage.enkashHas = false;
    const typo = accountNumber(404);
    expect(await put({}, { ...account, cardAccountId: typo.cardAccountId })).toMatchObject({ status: 404 });
    expect(await watches.get({ ...account, cardAccountId: typo.cardAccountId })).toBeUndefined();
  });

  test('reads nothing from EnKash for a body that is wrong or an account that is not granted', async () => {
    expect((await put({ lowBalance: { balance: 'available' } })).body.errors[0].field).toBe('lowBalance.below');
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
      status: 400,
      errors: [{ field: 'cardAccountId' }],
    });
  });
});
