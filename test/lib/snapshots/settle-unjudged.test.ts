import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../lib/balances/keys.ts';
import { createWatchQuota } from '../../../lib/balances/watch-quota.ts';
import { unwatch, watch } from '../../../lib/snapshots/watch-account.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, MINUTE, measured, midnight, rule } from '../../rigs/samples.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const QUARTER = 15 * MINUTE;
const DUE = 6 * MINUTE;
const low = { ...rule, confirmations: 1 };

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
});

const quota = () => createWatchQuota(table, () => job.world.now);
const watching = () => ({
  ...{ watches: job.watches, alerts: job.deps.alerts, quota: quota(), now: () => job.world.now },
  ...{ known: { add: async () => {} }, maxWatched: 9, gridMs: 1_000, random: () => 0 },
  ...{ sleep: async () => {}, log: () => {} },
});
const request = { account, require: () => {}, deadline: Number.POSITIVE_INFINITY };
const told = () => job.world.published.map(({ type }) => type);

/** A slot in which the account was low. */
async function tellLow(): Promise<void> {
  await job.plan(midnight);
  await job.deps.slots.put(account, measured(midnight, 1));
  job.world.now = midnight + DUE;
  await job.run();
}

async function reconcileBetween(from: number, to: number): Promise<void> {
  for (job.world.now = from; job.world.now < to; job.world.now += QUARTER) await job.run();
}

describe('a reconciler that was off for more than a day', () => {
  beforeEach(() => job.watch(account, midnight - MINUTE, low));

  test('tells that a watch was ended', async () => {
    await tellLow();
    await unwatch(watching(), request);
    await reconcileBetween(midnight + 26 * HOUR, midnight + 31 * HOUR);
    expect(told()).toEqual(['BalanceLow', 'BalanceWatchEnded']);
    expect((await job.deps.alerts.get(account)).pending).toEqual([]);
  });

  test('tells that the last rule was removed', async () => {
    await tellLow();
    await watch(watching(), { ...request, partner: 'acme', caller: 'erp', rules: {} });
    await reconcileBetween(midnight + 26 * HOUR, midnight + 31 * HOUR);
    expect(told()).toEqual(['BalanceLow', 'BalanceWatchEnded']);
  });

  test('tells that a watch was ended since no grant covers it', async () => {
    await tellLow();
    job.world.grants = {};
    job.world.now = midnight + HOUR;
    await job.plan(midnight + HOUR);
    job.world.now = midnight + 8 * DAY;
    await job.plan(midnight + 8 * DAY);
    await reconcileBetween(midnight + 10 * DAY, midnight + 10 * DAY + HOUR);
    expect(job.world.published.at(-1)).toMatchObject({ type: 'BalanceWatchEnded', reason: 'grant-removed' });
  });

  test('sends what the bus had not taken before a watch was suspended', async () => {
    job.world.busDown = true;
    await tellLow();
    job.world.grants = {};
    job.world.now = midnight + HOUR;
    await job.plan(midnight + HOUR);
    job.world.busDown = false;
    await reconcileBetween(midnight + 2 * DAY, midnight + 2 * DAY + HOUR);
    expect(told()).toEqual(['BalanceLow']);
  });
});

test('an account whose alerts cannot be read holds its day open for a while, and is counted once', async () => {
  await job.watch(account, midnight - DAY);
  await table.put(keys.alerts(account), { v: 99 });
  await job.plan(midnight);
  job.world.now = midnight + DAY + DUE;
  expect((await job.run()).later).toMatchObject([{ kind: 'day' }]);
  job.world.now += 2 * QUARTER;
  await job.run();
  expect(await quota().take('erp', 2)).toBe(true);
  expect(await quota().take('erp', 2)).toBe(false);
});

test('an account that has never had a rule gets no row of alerts', async () => {
  await job.watch(accountNumber(1));
  await job.plan(midnight);
  await reconcileBetween(midnight + DAY + DUE, midnight + DAY + HOUR);
  expect(await table.get(keys.alerts(accountNumber(1)))).toBeUndefined();
});
