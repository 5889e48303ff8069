import { beforeEach, describe, expect, test } from 'vitest';
import type { BalanceEvent } from '../../../lib/alerts/events.ts';
import type { Rule } from '../../../lib/alerts/rule.ts';
import { createDayStore, dayName } from '../../../lib/balances/day-store.ts';
import { keys } from '../../../lib/balances/keys.ts';
import { createLatestStore } from '../../../lib/balances/latest-store.ts';
import { createReadRows } from '../../../lib/balances/read-rows.ts';
import { createRunStore } from '../../../lib/balances/run-store.ts';
import { createSlotStore } from '../../../lib/balances/slot-store.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { istDay } from '../../../lib/calendar.ts';
import { type ReconcileDeps, reconcile } from '../../../lib/snapshots/reconcile.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import {
  account,
  accountNumber,
  alwaysQuarterHours,
  measured,
  midnight,
  missed,
  quarterHours,
  rule,
  watchOf,
} from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

const dynamo = await startTable();
const QUARTER = 900_000;
const DUE = 360_000;
const DAY = 86_400_000;

function createReconciler(table: Table) {
  const world = {
    now: midnight + DUE,
    published: [] as BalanceEvent[],
    metrics: {} as Record<string, number>,
    busDown: false,
  };
  const deps = {
    watches: createWatchStore(table),
    runs: createRunStore(table, () => world.now),
    slots: createSlotStore(table, () => world.now),
    days: createDayStore(table),
    latest: createLatestStore(table),
    readRows: createReadRows(table),
    timetable: quarterHours,
    timetables: async () => alwaysQuarterHours,
    graceMs: 60_000,
    now: () => world.now,
    publish: async (event: BalanceEvent) => {
      if (world.busDown) throw new Error('bus down');
      world.published.push(event);
    },
    metric: (name: string, value: number) => {
      world.metrics[name] = value;
    },
    log: () => {},
  } satisfies ReconcileDeps;
  const watch = (of = account, start = midnight, by: Rule | null = null, end: number | null = null) =>
    deps.watches.put(watchOf({ ...of, partner: 'acme', caller: 'erp', start, end, past: [], rule: by }), undefined);
  const run = (deadline = Number.POSITIVE_INFINITY) => reconcile(deps, deadline);
  return { world, deps, watch, run };
}

let table: Table = createMemoryTable();
let job = createReconciler(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createReconciler(table);
});

describe('the reconciler', () => {
  test('writes missed where nothing is, counts what is, and ends the run (DynamoDB)', async () => {
    const { world, deps, watch, run } = createReconciler(dynamo.table);
    for (const index of [1, 2, 3, 4]) await watch(accountNumber(index));
    await watch(accountNumber(5), midnight + 1);
    await deps.slots.put(accountNumber(1), measured(midnight, 5));
    await deps.slots.put(accountNumber(2), { slot: midnight, status: 'failed', reason: 'upstream-timeout' });
    await deps.slots.put(accountNumber(3), missed(midnight, 'late'));
    const { complete, slots } = await run();
    expect(complete).toBe(true);
    expect([...slots]).toEqual([[midnight, { expected: 4, measured: 1, failed: 1, missed: 2 }]]);
    expect(await deps.slots.get(accountNumber(4), midnight)).toEqual(missed(midnight));
    expect(await deps.slots.get(accountNumber(5), midnight)).toBeUndefined();
    expect(world.metrics).toMatchObject({
      SlotsExpected: 4,
      SlotsMeasured: 1,
      SlotsFailed: 1,
      SlotsMissed: 2,
      Coverage: 25,
    });
    expect(await deps.runs.runs({ from: midnight, to: midnight + 1 })).toMatchObject([
      { slot: midnight, state: 'ended' },
    ]);
    expect((await run()).slots.size).toBe(0);
  });

  test('waits until a slot’s window and the calls under way are over', async () => {
    await job.watch();
    job.world.now = midnight + DUE - 1;
    await job.run();
    expect(await job.deps.slots.get(account, midnight)).toBeUndefined();
    job.world.now += 1;
    await job.run();
    expect(await job.deps.slots.get(account, midnight)).toEqual(missed(midnight));
  });

  test('fills every hole since the last run when it was down itself', async () => {
    await job.watch();
    await job.run();
    job.world.now = midnight + 8 * QUARTER + DUE;
    const { slots } = await job.run();
    expect([...slots.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => midnight + n * QUARTER));
    expect([...slots.values()].every(({ expected, missed: gone }) => expected === 1 && gone === 1)).toBe(true);
  });

  test('ends runs that the planner began and nobody finished', async () => {
    await job.deps.watches.page(0);
    const runs = createRunStore(table, () => midnight);
    await runs.begin(midnight, 'died', 45_000);
    await job.run();
    expect(await job.deps.runs.runs({ from: midnight, to: midnight + 1 })).toMatchObject([{ state: 'ended' }]);
  });

  test('stops in time, keeps what it wrote, and does the rest the next time', async () => {
    for (let index = 0; index < 40; index += 1) await job.watch(accountNumber(index));
    let pages = 0;
    const page: ReconcileDeps['watches']['page'] = (...args) => {
      pages += 1;
      job.world.now += 1_000;
      return job.deps.watches.page(...args);
    };
    const first = await reconcile({ ...job.deps, watches: { page } }, job.world.now + 5_000);
    expect([first.complete, pages]).toEqual([false, 5]);
    const second = await job.run();
    expect(second.slots.get(midnight)).toEqual({ expected: 40, measured: 0, failed: 0, missed: 40 });
  });

  test('leaves a run open when an account could not be worked on, and all others are', async () => {
    const [sick, well] = [accountNumber(1), accountNumber(2)];
    for (const each of [sick, well]) await job.watch(each);
    const put: typeof job.deps.slots.put = async (of, row) => {
      if (of.cardAccountId === sick.cardAccountId) throw new Error('throttled');
      return job.deps.slots.put(of, row);
    };
    const broken = { ...job.deps, slots: { ...job.deps.slots, put } };
    await expect(reconcile(broken, Number.POSITIVE_INFINITY)).rejects.toThrow('some accounts');
    expect(await job.deps.slots.get(well, midnight)).toEqual(missed(midnight));
    expect(await job.deps.runs.runs({ from: midnight, to: midnight + 1 })).toEqual([]);
    expect((await job.run()).slots.get(midnight)).toMatchObject({ expected: 2, missed: 2 });
  });

  test('ends runs and days although the rows of one account and of one watch cannot be read', async () => {
    const [sick, well] = [accountNumber(1), accountNumber(2)];
    for (const each of [sick, well]) await job.watch(each);
    await job.deps.runs.begin(midnight, 'planner', 1);
    await table.put(keys.slot(sick, midnight), { v: 99 });
    await table.put({ pk: keys.watch(well).pk, sk: '0#0' }, { v: 99 });
    await expect(job.run()).rejects.toThrow('some accounts');
    expect(await job.deps.slots.get(well, midnight)).toEqual(missed(midnight));
    job.world.now = midnight + DAY + DUE;
    await expect(job.run()).rejects.toThrow('some accounts');
    const [first] = await job.deps.runs.runs({ from: midnight, to: midnight + 1 });
    expect(first?.state).toBe('ended');
    expect(await table.get(keys.slotRun(midnight))).toMatchObject({ expected: 2, failed: 1, missed: 1 });
    const day = istDay(midnight);
    expect([...(await job.deps.days.present([sick, well].map((each) => ({ account: each, day }))))]).toEqual([
      dayName({ account: well, day }),
    ]);
  });

  test('counts the row that a slow worker wrote in the meantime', async () => {
    await job.watch();
    const { slots } = job.deps;
    const put: typeof slots.put = async (of, row) => {
      await slots.put(of, measured(midnight, 7));
      return slots.put(of, row);
    };
    const { slots: counts } = await reconcile({ ...job.deps, slots: { ...slots, put } }, Number.POSITIVE_INFINITY);
    expect(counts.get(midnight)).toEqual({ expected: 1, measured: 1, failed: 0, missed: 0 });
  });

  test('writes each watched account’s day after midnight in India, once', async () => {
    await job.watch(account, midnight + 2 * QUARTER);
    await job.watch(accountNumber(1), midnight - DAY, null, midnight);
    await job.deps.slots.put(account, measured(midnight + 2 * QUARTER, 5));
    await job.deps.slots.put(account, measured(midnight + 95 * QUARTER, 9));
    job.world.now = midnight + DAY + 59_999;
    expect((await job.run()).days).not.toContain('2026-11-23');
    job.world.now = midnight + DAY + DUE;
    expect((await job.run()).days).toContain('2026-11-23');
    const [day] = await job.deps.days.rows(account, '2026-11-23', '2026-11-23');
    expect(day).toMatchObject({
      coverage: { expected: 94, measured: 2, missed: 92 },
      range: { closeSlot: midnight + 95 * QUARTER },
    });
    expect(await job.deps.days.rows(accountNumber(1), '2026-11-23', '2026-11-23')).toEqual([]);
    job.world.now += 1;
    expect((await job.run()).days).toEqual([]);
  });

  test('reports an account of which nothing is known for three slots, and never twice', async () => {
    await job.watch(account, midnight, rule);
    for (let index = 0; index < 5; index += 1) {
      job.world.now = midnight + index * QUARTER + DUE;
      await job.run();
    }
    expect(job.world.published.map(({ type, slot }) => `${type} ${slot}`)).toEqual([
      'BalanceUnknown 2026-11-22T19:00:00Z',
    ]);
  });

  test('sends an event again that the worker could not deliver', async () => {
    const { world, take } = createWorker(table);
    const low = { ...rule, confirmations: 1 };
    await job.watch(account, midnight - 60_000, low);
    world.available = () => 1;
    world.publish = async () => {
      throw new Error('bus down');
    };
    await take([{ rule: low }]);
    job.world.busDown = true;
    await job.run();
    job.world.busDown = false;
    job.world.now += QUARTER;
    await job.run();
    await job.run();
    expect(job.world.published.map(({ type }) => type)).toEqual(['BalanceLow']);
    expect((await job.deps.latest.get(account)).pending).toBeNull();
  });

  test('decides a slot whose worker died before it could', async () => {
    const low = { ...rule, confirmations: 1 };
    await job.watch(account, midnight, low);
    await job.deps.slots.put(account, measured(midnight, 1));
    await job.run();
    expect(job.world.published.map(({ type }) => type)).toEqual(['BalanceLow']);
    expect((await job.deps.latest.get(account)).last?.slot).toBe(midnight);
  });
});
