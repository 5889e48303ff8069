import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../lib/balances/keys.ts';
import { createWatchQuota } from '../../../lib/balances/watch-quota.ts';
import { createTimetable } from '../../../lib/slots.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, MINUTE, measured, midnight } from '../../rigs/samples.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const QUARTER = 15 * MINUTE;
const DUE = 6 * MINUTE;

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
});

describe('fault 2: a reconciler with a backlog', () => {
  test('serves the newest slot at each firing, shrinks with each, says so, and recovers', async () => {
    job.world.timetable = createTimetable(300, 300);
    await job.watch();
    for (let at = midnight; at <= midnight + 26 * HOUR; at += 5 * MINUTE) await job.deps.runs.begin(at);
    const unfinished: number[] = [];
    let firings = 0;
    for (let now = midnight + 26 * HOUR + DUE; firings < 40; now += 5 * MINUTE) {
      job.world.now = now;
      firings += 1;
      const { slots } = await job.run();
      expect(slots[0]).toBe(midnight + 26 * HOUR + (firings - 1) * 5 * MINUTE);
      unfinished.push(job.world.metrics.RunsUnfinished ?? 0);
      if (unfinished.at(-1) === 0) break;
    }
    expect(unfinished[0]).toBeGreaterThan(300);
    expect(unfinished.every((count, index) => index === 0 || count < (unfinished[index - 1] ?? 0))).toBe(true);
    // Two hours of firings every five minutes.
    expect(firings).toBeLessThanOrEqual(24);
    expect(await job.runOf(midnight)).toMatchObject({ state: 'ended', missed: 1 });
  });

  test('writes a day while slots of it are still open', async () => {
    await job.watch();
    await job.plan(midnight);
    job.world.now = midnight + DAY + DUE;
    const { days, unfinished } = await job.run();
    expect(days).toEqual(['2026-11-23']);
    expect(unfinished).toBeGreaterThan(80);
    const [row] = await job.days.rows(account, '2026-11-23', '2026-11-23');
    expect(row?.coverage).toEqual({ expected: 96, measured: 0, failed: 0, missed: 96 });
  });

  test('writes every day that still has raw rows, a few at a firing', async () => {
    await job.watch();
    await job.plan(midnight);
    for (let day = 0; day < 9; day += 1) await job.deps.slots.put(account, measured(midnight + day * DAY, day));
    job.world.now = midnight + 9 * DAY + DUE;
    for (let firing = 0; firing < 3; firing += 1) {
      await job.run();
      job.world.now += QUARTER;
    }
    const rows = await job.days.rows(account, '2026-11-23', '2026-12-01');
    expect(rows.map(({ range }) => range?.close.available)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of a plan that nobody finished is seen as a run that did not finish', async () => {
    await job.watch();
    await job.deps.runs.begin(midnight);
    job.world.now = midnight + HOUR;
    await job.deps.runs.begin(midnight + 2 * QUARTER);
    await job.run({ sendBacklog: async () => {} });
    expect(job.world.metrics.RunsUnfinished).toBe(2);
  });
});

describe('fault 3: the reconciler after everyMinutes was changed', () => {
  test('writes nothing about the past, there and back', async () => {
    await job.watch();
    const play = async (from: number, to: number, every: number): Promise<void> => {
      job.world.timetable = createTimetable(every * 60, 300);
      for (let slot = from; slot < to; slot += every * MINUTE) {
        job.world.now = slot + 1_000;
        await job.plan(slot);
        await job.deps.slots.put(account, measured(slot, 5));
        job.world.now = slot + DUE;
        await job.run();
      }
    };
    await play(midnight, midnight + 6 * HOUR, 15);
    await play(midnight + 6 * HOUR, midnight + 8 * HOUR, 5);
    await play(midnight + 8 * HOUR, midnight + DAY, 15);
    job.world.now = midnight + DAY + DUE;
    await job.run();
    const { rows } = await job.deps.slots.page(account, { from: midnight, to: midnight + DAY });
    expect(rows.filter(({ status }) => status !== 'measured')).toEqual([]);
    const [day] = await job.days.rows(account, '2026-11-23', '2026-11-23');
    const count = 6 * 4 + 2 * 12 + 16 * 4;
    expect(day?.coverage).toEqual({ expected: count, measured: count, failed: 0, missed: 0 });
  });

  test('expects nothing of the time in which a timetable was the one that no slot was planned by', async () => {
    await job.watch();
    await job.plan(midnight);
    await job.deps.slots.put(account, measured(midnight, 5));
    // Every 60 minutes from 00:10 on, every 10 from 00:31 on: the slots of 00:15 and 00:30 were nobody's.
    job.world.timetable = createTimetable(600, 300);
    job.world.now = midnight + 31 * MINUTE + DUE;
    await job.run();
    job.world.now = midnight + 40 * MINUTE + 1_000;
    await job.plan(midnight + 40 * MINUTE);
    job.world.now = midnight + 40 * MINUTE + DUE;
    await job.run();
    const { rows } = await job.deps.slots.page(account, { from: midnight, to: midnight + HOUR });
    expect(rows.map(({ slot, status }) => [(slot - midnight) / MINUTE, status])).toEqual([
      [0, 'measured'],
      [40, 'missed'],
    ]);
  });

  test('misses no slot of the timetable before, while the first run of a longer one is late', async () => {
    job.world.timetable = createTimetable(300, 300);
    await job.watch();
    await job.plan(midnight);
    await job.deps.slots.put(account, measured(midnight, 5));
    job.world.timetable = createTimetable(3600, 900);
    job.world.now = midnight + HOUR + 13 * MINUTE;
    await job.run();
    job.world.now += MINUTE;
    await job.plan(midnight + HOUR);
    const { rows } = await job.deps.slots.page(account, { from: midnight, to: midnight + HOUR });
    expect(rows.map(({ status }) => status)).toEqual(['measured']);
  });

  test('writes a day whose end no run has noted only when it is known what was expected on it', async () => {
    await job.watch();
    const reconcileUntil = async (end: number): Promise<void> => {
      for (; job.world.now < end; job.world.now += QUARTER) await job.run();
    };
    const planned = midnight + 22 * HOUR;
    job.world.now = planned;
    await job.plan(planned);
    await job.deps.slots.put(account, measured(planned, 5));
    job.world.now += DUE;
    await job.run();
    // The planner does not run from here on, and the settings change.
    job.world.timetable = createTimetable(600, 300);
    await reconcileUntil(midnight + DAY + HOUR);
    expect(await job.days.rows(account, '2026-11-23', '2026-11-23')).toEqual([]);
    await reconcileUntil(midnight + DAY + 2 * HOUR);
    const [day] = await job.days.rows(account, '2026-11-23', '2026-11-23');
    expect(day?.coverage).toEqual({ expected: 96, measured: 1, failed: 0, missed: 95 });
  });
});

describe('once a day', () => {
  test('fault 12: an account that had no balance all day is counted and named', async () => {
    await job.watch(account, midnight - DAY);
    await job.watch(accountNumber(1), midnight - DAY);
    await job.watch(accountNumber(2), midnight + HOUR);
    await job.deps.slots.put(accountNumber(1), measured(midnight + HOUR, 5));
    await job.plan(midnight);
    job.world.now = midnight + DAY + DUE;
    await job.run();
    expect(job.world.metrics.AccountsUnmeasured).toBe(1);
    expect(await table.get({ pk: 'runs', sk: 'day#2026-11-23' })).toMatchObject({
      ...{ accounts: 3, unmeasured: 1 },
      named: `${account.companyId}/${account.cardAccountId}`,
    });
  });

  test('an account that had no balance all day is counted though its day was written by a process that died', async () => {
    await job.watch(account, midnight - DAY);
    await job.plan(midnight);
    job.world.now = midnight + DAY + DUE;
    let died = false;
    const done: typeof job.deps.jobs.done = async (of, ...rest) => {
      if (of.kind === 'day' && !died) {
        died = true;
        throw new Error('killed');
      }
      return job.deps.jobs.done(of, ...rest);
    };
    await job.run({ jobs: { ...job.deps.jobs, done } });
    job.world.now += QUARTER;
    await job.run();
    expect(job.world.metrics.AccountsUnmeasured).toBe(1);
    expect(await table.get({ pk: 'runs', sk: 'day#2026-11-23' })).toMatchObject({ accounts: 1, unmeasured: 1 });
  });

  test('a watch whose row cannot be read is counted as an account without a balance', async () => {
    await job.watch();
    await job.deps.slots.put(account, measured(midnight, 5));
    await table.put({ pk: keys.watch(account).pk, sk: '0#0' }, { v: 99 });
    await job.plan(midnight);
    job.world.now = midnight + DAY + DUE;
    await job.run();
    expect(job.world.metrics.AccountsUnmeasured).toBe(1);
  });

  test('fault 9: the quota is what the registry says, unless it is being changed', async () => {
    const quota = createWatchQuota(table, () => job.world.now);
    await job.watch();
    for (let time = 0; time < 3; time += 1) await quota.take('erp', 3);
    await quota.take('gone', 1);
    await job.plan(midnight);
    job.world.now = midnight + DAY + DUE;
    const callers = ['erp', 'gone'];
    await job.run({ callers });
    expect(await quota.take('gone', 1)).toBe(true);
    expect([await quota.take('erp', 2), await quota.take('erp', 2)]).toEqual([true, false]);
    await quota.recount('erp', 0, midnight);
    expect(await quota.take('erp', 2)).toBe(false);
  });
});
