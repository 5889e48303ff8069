import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { account, measured, midnight, snapshotWith, watchOf } from '../rigs/samples.ts';
import { ask, known, QUARTER, slots, stage, table, watches } from '../rigs/snapshot-routes.ts';

describe('GET …/balances', () => {
  test('answers slots with their gaps, coverage and a cursor', async () => {
    await watches.put(
      watchOf({ ...account, partner: 'acme', caller: 'erp', start: midnight, end: null, past: [] }),
      undefined,
    );
    await slots.put(account, measured(midnight, 89_813_800));
    await slots.put(account, { slot: midnight + QUARTER, status: 'failed', reason: 'upstream-timeout' });
    const query = { from: '2026-11-23T00:00:00+05:30', to: '2026-11-24T00:00:00+05:30' };
    const balances = {
      available: '898138.00',
      availableOnCards: '92415.44',
      usedCredit: '-990553.44',
      creditLimit: '0.00',
    };
    const nothing = { observedAt: null, balances: null, cards: null, points: null };
    const cards = { total: 34, active: 33 };
    const points = {
      ...{ allocated: '107900.00', redeemed: '23004.92' },
      ...{ allocatedThisMonth: '20.00', redeemedThisMonth: '700.00' },
    };
    expect(await ask('balances', { query })).toEqual({
      status: 200,
      body: {
        kind: 'slots',
        items: [
          {
            slot: '2026-11-22T18:30:00Z',
            status: 'measured',
            observedAt: '2026-11-22T18:30:02.000Z',
            balances,
            cards,
            points,
          },
          { slot: '2026-11-22T18:45:00Z', status: 'failed', ...nothing, reason: 'upstream-timeout' },
          { slot: '2026-11-22T19:00:00Z', status: 'missed', ...nothing, reason: 'not-delivered' },
        ],
        coverage: { expected: 3, measured: 1, failed: 1, missed: 1 },
        nextCursor: null,
      },
    });
    const first = await ask('balances', { query: { ...query, limit: '2' } });
    expect(first.body.items).toHaveLength(2);
    const second = await ask('balances', { query: { cursor: first.body.nextCursor } });
    expect(second.body.items.map(({ slot }: { slot: string }) => slot)).toEqual(['2026-11-22T19:00:00Z']);
    expect(
      (await ask('balances', { query: { from: '2026-11-23T00:00:00 05:30', to: query.to.replace('+', ' ') } })).status,
    ).toBe(200);
  });

  test('answers days, today among them, and the last measured slot at an instant', async () => {
    const { body } = await ask('balances', { query: { interval: 'day', from: '2026-11-22', to: '2026-11-24' } });
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      day: '2026-11-23',
      status: 'measured',
      expected: 3,
      measured: 1,
      open: { available: '898138.00' },
    });
    expect(body.coverage).toEqual({ expected: 3, measured: 1, failed: 1, missed: 1 });
    const at = await ask('balances', { query: { at: '2026-11-23T00:20:02+05:30' } });
    expect(at.body).toMatchObject({ slot: '2026-11-22T18:30:00Z', status: 'measured', ageSeconds: 1200 });
    expect((await ask('balances', { query: { at: '2026-11-22T18:30:01Z' } })).status).toBe(404);
    expect(await ask('balances', { query: { at: '2026-11-22T00:00:00Z' } })).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
  });

  test.each([
    [{ from: '2026-11-23T00:00:00' }, 'from'],
    [{ from: 'yesterday' }, 'from'],
    [{ from: '2026-02-30' }, 'from'],
    [{ at: '2026-11-23' }, 'at'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '3001' }, 'limit'],
    [{ limit: '1e3' }, 'limit'],
    [{ interval: 'hour' }, 'interval'],
    [{ cursor: 'AAAA' }, 'cursor'],
    [{ cursor: Buffer.from('{"kind":"slot","from":1,"to":2}').toString('base64url') }, 'cursor'],
    [{ from: '2026-11-24', to: '2026-11-23' }, 'to'],
    [{ from: '2026-01-01', to: '2026-11-23' }, 'to'],
    [{ at: '2026-11-23T00:00:00Z', interval: 'day' }, 'at'],
    [{ at: '2100-01-01T00:00:00Z' }, 'at'],
    [{ at: '2026-11-24T00:00:00Z' }, 'at'],
    [{ page: '2' }, 'page'],
  ])('refuses %j, naming the field', async (query, field) => {
    const { status, body } = await ask('balances', { query: query as Record<string, string> });
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'INVALID_REQUEST', field]);
  });

  test('takes no cursor of another making, whatever it holds, and never fails over one', async () => {
    const forged = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc
        .record(
          { kind: fc.constantFrom('slot', 'day', 'x'), from: fc.integer(), to: fc.maxSafeInteger(), pk: fc.string() },
          { requiredKeys: [] },
        )
        .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(forged, async (cursor) => {
        expect((await ask('balances', { query: { cursor } })).status).toBe(400);
      }),
      { numRuns: 300 },
    );
  });

  test('of an account that is not granted is not there, with or without rows', async () => {
    const { status, body } = await ask('balances', { client: 'client-2' });
    expect([status, body.code]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
  });
});

describe('GET /v1/companies/{companyId}/card-accounts', () => {
  test('lists known accounts with what was last read of them', async () => {
    for (const cardAccountId of ['CAMOST1', 'CAMOST2', 'CAWATCH1']) {
      await known.add({ ...account, cardAccountId }, { companyName: null, accountTitle: null });
    }
    await createLatestStore(table).offer(
      { ...account, cardAccountId: 'CAMOST1' },
      { slot: null, observedAt: stage.now - 5_000, snapshot: snapshotWith(100) },
    );
    const { status, body } = await ask('list', { query: { limit: '2' } });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { cardAccountId: 'CAMOST1', latest: { slot: null, ageSeconds: 5, balances: { available: '1.00' } } },
      { cardAccountId: 'CAMOST2', latest: null },
    ]);
    const next = await ask('list', { query: { cursor: body.nextCursor } });
    expect(next.body).toEqual({
      items: [{ ...account, cardAccountId: 'CAWATCH1', latest: null, watched: null }],
      nextCursor: null,
    });
  });

  test('of a company that is not granted is not there, and a cursor opens no other door', async () => {
    expect((await ask('list', { client: 'client-2' })).body.code).toBe('ACCOUNT_NOT_FOUND');
    const cursor = Buffer.from(JSON.stringify({ after: 'CA1', companyId: 'CEKOTHER01' })).toString('base64url');
    expect((await ask('list', { query: { cursor } })).status).toBe(400);
  });
});
