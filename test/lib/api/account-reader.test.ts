import { beforeEach, describe, expect, test } from 'vitest';
import type { FullAccount } from '../../../lib/account/full-view.ts';
import { createFreshAccounts } from '../../../lib/api/account-reader.ts';
import { createKnownAccounts } from '../../../lib/balances/known-accounts.ts';
import { createLatestStore } from '../../../lib/balances/latest-store.ts';
import type { ReadRequest } from '../../../lib/enkash/call.ts';
import { AccountNotFoundError, UpstreamError } from '../../../lib/errors.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { accountNumber, midnight, snapshotWith } from '../../rigs/samples.ts';

const { table, sent } = await startTable();
let number = 100;
let account = accountNumber(number);
let world = newWorld();

beforeEach(() => {
  number += 1;
  account = accountNumber(number);
  world = newWorld();
});

function newWorld() {
  const state = {
    now: midnight,
    calls: 0,
    available: 1,
    fail: undefined as Error | undefined,
    later: [] as Promise<void>[],
  };
  const readSummary = async ({ companyId, cardAccountId }: ReadRequest) => {
    state.calls += 1;
    await Promise.resolve();
    if (state.fail) throw state.fail;
    const names = { companyName: 'Test Rewards Pvt Ltd', accountTitle: 'Reward' };
    return { account: { companyId, cardAccountId, ...names, ...snapshotWith(state.available) }, observedAt: state.now };
  };
  const latest = createLatestStore(table);
  const instance = () =>
    createFreshAccounts({
      enkash: {
        readSummary,
        readFull: async (request) => {
          const { account: summary, observedAt } = await readSummary(request);
          return { account: { ...summary, details: {}, primaryCard: null } as unknown as FullAccount, observedAt };
        },
      },
      latest,
      known: createKnownAccounts(table),
      now: () => state.now,
      later: (work) => state.later.push(work()),
    });
  return { state, latest, instance };
}

const ask = (more: { maxAge?: number; staleIfError?: number; partner?: string } = {}) => ({
  ...account,
  partner: 'acme',
  deadline: world.state.now + 9_000,
  ...more,
});

describe('an account as fresh as wanted', () => {
  test('is live by default, each time', async () => {
    const { state, instance } = world;
    const accounts = instance();
    await accounts.summary(ask());
    state.now += 1_000;
    const { freshness } = await accounts.summary(ask());
    expect(state.calls).toBe(2);
    expect(freshness).toEqual({ asOf: '2026-11-22T18:30:01.000Z', ageSeconds: 0, source: 'live', stale: false });
  });

  test('comes from memory up to maxAge, with its true age, and live beyond', async () => {
    const { state, instance } = world;
    const accounts = instance();
    await accounts.summary(ask());
    state.now += 10_000;
    expect((await accounts.summary(ask({ maxAge: 10 }))).freshness).toMatchObject({
      source: 'cache',
      ageSeconds: 10,
      stale: false,
    });
    expect((await accounts.summary(ask({ maxAge: 9 }))).freshness).toMatchObject({ source: 'live', ageSeconds: 0 });
    expect((await accounts.summary(ask({ maxAge: 0 }))).freshness.source).toBe('live');
    expect(state.calls).toBe(3);
  });

  test('comes from the stored row of another instance, names null', async () => {
    const { state, instance } = world;
    await instance().summary(ask());
    await Promise.all(state.later);
    state.now += 30_000;
    const answer = await instance().summary(ask({ maxAge: 60 }));
    expect(answer.freshness).toMatchObject({ source: 'snapshot', ageSeconds: 30 });
    expect(answer.account).toMatchObject({ companyName: null, accountTitle: null, balances: { available: 1 } });
    expect(state.calls).toBe(1);
  });

  test('makes no call but EnKash’s own on a warm live read', async () => {
    const accounts = world.instance();
    await accounts.summary(ask());
    await Promise.all(world.state.later);
    sent.length = 0;
    await accounts.summary(ask());
    await accounts.full(ask());
    expect([sent, world.state.later.length]).toEqual([[], 1]);
  });

  test('asks EnKash once for those who ask at the same time', async () => {
    const accounts = world.instance();
    await Promise.all(Array.from({ length: 20 }, () => accounts.summary(ask())));
    expect(world.state.calls).toBe(1);
  });

  test('keeps partners and views apart', async () => {
    const accounts = world.instance();
    await Promise.all([accounts.summary(ask()), accounts.summary(ask({ partner: 'other' })), accounts.full(ask())]);
    expect(world.state.calls).toBe(3);
    expect((await accounts.full(ask({ maxAge: 60 }))).freshness.source).toBe('cache');
  });

  test('is the last good one when EnKash cannot be read, up to staleIfError, and says why', async () => {
    const { state, instance } = world;
    const accounts = instance();
    await accounts.summary(ask());
    await Promise.all(state.later);
    state.fail = new UpstreamError('UPSTREAM_TIMEOUT');
    state.now += 120_000;
    const stale = { ageSeconds: 120, stale: true, staleReason: 'UPSTREAM_TIMEOUT' };
    expect((await accounts.summary(ask({ staleIfError: 120 }))).freshness).toMatchObject({ ...stale, source: 'cache' });
    expect((await instance().summary(ask({ staleIfError: 120 }))).freshness).toMatchObject({
      ...stale,
      source: 'snapshot',
    });
    await expect(accounts.summary(ask({ staleIfError: 119 }))).rejects.toThrow(UpstreamError);
    await expect(accounts.summary(ask())).rejects.toThrow(UpstreamError);
  });

  test('leaves the stored row as long as a hanging table may take, the whole answer included', async () => {
    const deadlines: number[] = [];
    const { state, latest } = world;
    const accounts = createFreshAccounts({
      enkash: {
        async readSummary({ deadline }) {
          deadlines.push(deadline - state.now);
          throw new UpstreamError('UPSTREAM_TIMEOUT');
        },
        readFull: () => Promise.reject(new Error('not asked')),
      },
      latest,
      known: createKnownAccounts(table),
      now: () => state.now,
      later: () => {},
    });
    await expect(accounts.summary(ask({ staleIfError: 60 }))).rejects.toThrow(UpstreamError);
    await expect(accounts.summary(ask())).rejects.toThrow(UpstreamError);
    expect(deadlines).toEqual([6_800, 9_000]);
  });

  test('that is not there is never answered with an older one', async () => {
    const accounts = world.instance();
    await accounts.summary(ask());
    world.state.fail = new AccountNotFoundError();
    await expect(accounts.summary(ask({ staleIfError: 3600 }))).rejects.toThrow(AccountNotFoundError);
  });

  test('is read live when the table is down', async () => {
    const down = async () => {
      throw new Error('down');
    };
    const { state } = world;
    const accounts = createFreshAccounts({
      enkash: {
        readSummary: async () => ({
          account: { ...account, companyName: null, accountTitle: null, ...snapshotWith(3) },
          observedAt: midnight,
        }),
        readFull: down,
      },
      latest: { get: down, offer: down },
      known: { add: down },
      now: () => state.now,
      later: (work) => state.later.push(work().catch(() => {})),
    });
    expect((await accounts.summary(ask({ maxAge: 60 }))).freshness.source).toBe('live');
  });

  test('feeds the latest row, but never over a younger one', async () => {
    const { state, latest, instance } = world;
    const younger = { slot: midnight, observedAt: midnight + 1, snapshot: snapshotWith(9) };
    await latest.offer(account, younger);
    await instance().summary(ask());
    await Promise.all(state.later);
    expect((await latest.get(account)).last).toEqual(younger);
    state.now += 2;
    await instance().summary(ask());
    await Promise.all(state.later);
    expect((await latest.get(account)).last).toMatchObject({ slot: null, observedAt: midnight + 2 });
  });
});
