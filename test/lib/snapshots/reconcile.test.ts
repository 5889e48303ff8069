import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../lib/balances/keys.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { SCHEDULER_SKEW_MS } from '../../../lib/budgets.ts';
import { istDay } from '../../../lib/calendar.ts';
import { type ReconcileDeps, reconcile, reconcileJob } from '../../../lib/snapshots/reconcile.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, measured, midnight, missed, quarterHours, rule } from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

const dynamo = await startTable();
const QUARTER = 900_000;
const DUE = 360_000;
const DAY = 86_400_000;

let table: Table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
  job.world.now = midnight + DUE;
});

describe('the reconciler', () => {
  test('writes missed where nothing is, counts what is, and ends the run (DynamoDB)', async () => {
    const { world, deps, watch, run, runOf } = createJobs(dynamo.table);
    world.now = midnight + DUE;
    for (const index of [1, 2, 3, 4]) await watch(accountNumber(index));
    await watch(accountNumber(5), midnight + 1);
    await deps.slots.put(accountNumber(1), measured(midnight, 5));
    await deps.slots.put(accountNumber(2), { slot: midnight, status: 'failed', reason: 'upstream-timeout' });
    await deps.slots.put(accountNumber(3), missed(midnight, 'late'));
    expect(await run()).toMatchObject({ slots: [midnight], later: [] });
    expect(await runOf(midnight)).toMatchObject({ state: 'ended', expected: 4, measured: 1, failed: 1, missed: 2 });
    expect(await deps.slots.get(accountNumber(4), midnight)).toEqual(missed(midnight));
    expect(await deps.slots.get(accountNumber(5), midnight)).toBeUndefined();
    const counts = { SlotsExpected: 4, SlotsMeasured: 1, SlotsFailed: 1, SlotsMissed: 2, Coverage: 25 };
    expect(world.metrics).toMatchObject({ ...counts, RunsUnfinished: 0 });
    world.metrics = {};
    expect((await run()).slots).toEqual([]);
    expect(world.metrics).toEqual({ RunsUnfinished: 0 });
  });

  test('waits until a slot’s window and the calls under way are over, by a clock that may be 5 s behind', async () => {
    await job.watch();
    job.world.now = midnight + DUE - SCHEDULER_SKEW_MS - 1;
    await job.run();
    expect(await job.deps.slots.get(account, midnight)).toBeUndefined();
    job.world.now += 1;
    await job.run();
    expect(await job.deps.slots.get(account, midnight)).toEqual(missed(midnight));
  });

  test('closes no slot whose window is open, however short the grace', async () => {
    await job.watch();
    job.world.now = midnight + quarterHours.windowMs - 1;
    expect((await job.run({ graceMs: 1_000 })).slots).not.toContain(midnight);
    job.world.now += 1;
    expect((await job.run({ graceMs: 1_000 })).slots).toContain(midnight);
  });

  test('fills every hole since the last run when it was down itself, the newest slot first', async () => {
    await job.watch();
    await job.run();
    job.world.now = midnight + 8 * QUARTER + DUE;
    const { slots } = await job.run();
    expect(slots).toEqual([8, 7, 6, 5, 4, 3, 2, 1].map((n) => midnight + n * QUARTER));
    for (const slot of slots) expect(await job.runOf(slot)).toMatchObject({ state: 'ended', expected: 1, missed: 1 });
  });

  test('ends a run at once though a query may not see what was just written', async () => {
    const { query } = table;
    const lagging: Table = {
      ...table,
      query: async (of, options) =>
        of.values[':pk']?.startsWith('job#') && !options?.consistent
          ? { items: [], after: undefined }
          : query(of, options),
    };
    const late = createJobs(lagging);
    late.world.now = midnight + DUE;
    await late.watch();
    await late.run();
    expect(await late.runOf(midnight)).toMatchObject({ state: 'ended', expected: 1 });
  });

  test('ends runs that the planner began and nobody finished', async () => {
    await job.deps.runs.begin(midnight);
    await job.run();
    expect(await job.runOf(midnight)).toMatchObject({ state: 'ended' });
  });

  test('stops in time, keeps what it wrote, and goes on where it stopped', async () => {
    for (let index = 0; index < 40; index += 1) await job.watch(accountNumber(index));
    let pages = 0;
    const page: ReconcileDeps['watches']['page'] = (...args) => {
      pages += 1;
      job.world.now += 1_000;
      return job.deps.watches.page(...args);
    };
    const deadline = job.world.now + 5_000;
    const watches = { ...job.deps.watches, page };
    await reconcile(job.deps, 0);
    const outcomes: string[] = [];
    for (const message of job.world.closeJobs.splice(0))
      outcomes.push(await reconcileJob({ ...job.deps, watches }, message, deadline));
    expect([pages, outcomes]).toEqual([5, ['unfinished']]);
    expect(await job.runOf(midnight)).toBeUndefined();
    await job.run();
    expect(await job.runOf(midnight)).toMatchObject({ expected: 40, missed: 40 });
  });

  test('leaves a run open while an account cannot be worked on, and all others are', async () => {
    const [sick, well] = [accountNumber(1), accountNumber(2)];
    for (const each of [sick, well]) await job.watch(each);
    const put: typeof job.deps.slots.put = async (of, row) => {
      if (of.cardAccountId === sick.cardAccountId) throw new Error('throttled');
      return job.deps.slots.put(of, row);
    };
    expect((await job.run({ slots: { ...job.deps.slots, put } })).later).toHaveLength(1);
    expect(await job.deps.slots.get(well, midnight)).toEqual(missed(midnight));
    expect(await job.runOf(midnight)).toBeUndefined();
    await job.run();
    expect(await job.runOf(midnight)).toMatchObject({ expected: 2, missed: 2 });
  });

  test('ends runs and days although the rows of one account and of one watch cannot be read', async () => {
    const [sick, well] = [accountNumber(1), accountNumber(2)];
    for (const each of [sick, well]) await job.watch(each);
    await job.deps.runs.begin(midnight);
    await table.put(keys.slot(sick, midnight), { v: 99 });
    await table.put({ pk: keys.watch(well).pk, sk: '0#0' }, { v: 99 });
    expect((await job.run()).later).toHaveLength(1);
    expect(await job.deps.slots.get(well, midnight)).toEqual(missed(midnight));
    job.world.now = midnight + 2 * QUARTER + DUE;
    await job.run();
    expect(await job.runOf(midnight)).toMatchObject({ state: 'ended', expected: 2, failed: 1, missed: 1 });
    job.world.now = midnight + DAY + DUE;
    await job.run();
    const rowsOf = (of: typeof sick) => job.days.rows(of, istDay(midnight), istDay(midnight));
    expect([await rowsOf(sick), await rowsOf(well)]).toMatchObject([[], [{ coverage: { expected: 96 } }]]);
  });

  test('counts the row that a slow worker wrote in the meantime', async () => {
    await job.watch();
    const { slots } = job.deps;
    const put: typeof slots.put = async (of, row) => {
      await slots.put(of, measured(midnight, 7));
      return slots.put(of, row);
    };
    await job.run({ slots: { ...slots, put } });
    expect(await job.runOf(midnight)).toMatchObject({ expected: 1, measured: 1, failed: 0, missed: 0 });
  });

  test('writes each watched account’s day after midnight in India, once', async () => {
    await job.watch(account, midnight + 2 * QUARTER);
    await job.watch(accountNumber(1), midnight - DAY, null, midnight);
    await job.deps.runs.begin(midnight);
    await job.deps.slots.put(account, measured(midnight + 2 * QUARTER, 5));
    await job.deps.slots.put(account, measured(midnight + 95 * QUARTER, 9));
    job.world.now = midnight + DAY + 54_999;
    expect((await job.run()).days).not.toContain('2026-11-23');
    job.world.now = midnight + DAY + DUE;
    expect((await job.run()).days).toContain('2026-11-23');
    const [day] = await job.days.rows(account, '2026-11-23', '2026-11-23');
    expect(day).toMatchObject({
      coverage: { expected: 94, measured: 2, missed: 92 },
      range: { closeSlot: midnight + 95 * QUARTER },
    });
    expect(await job.days.rows(accountNumber(1), '2026-11-23', '2026-11-23')).toEqual([]);
    job.world.now += 1;
    expect((await job.run()).days).toEqual([]);
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
    expect(job.world.published.filter(({ type }) => type === 'BalanceLow')).toHaveLength(1);
    expect((await job.deps.alerts.get(account)).pending).toEqual([]);
  });

  test('decides a slot whose worker died before it could', async () => {
    const low = { ...rule, confirmations: 1 };
    await job.watch(account, midnight, low);
    await job.deps.slots.put(account, measured(midnight, 1));
    await job.run();
    expect(job.world.published.map(({ type }) => type)).toEqual(['BalanceLow']);
    expect(await job.latest.get(account)).toMatchObject({ measuredSlot: midnight, last: { slot: midnight } });
  });
});
