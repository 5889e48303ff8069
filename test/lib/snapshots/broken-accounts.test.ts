import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../lib/balances/keys.ts';
import { reconcile } from '../../../lib/snapshots/reconcile.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { accountNumber, MINUTE, measured, midnight } from '../../rigs/samples.ts';

const DAY = 24 * 60 * MINUTE;
const QUARTER = 15 * MINUTE;
const DUE = 6 * MINUTE;
const COUNT = 230;
const BROKEN = 215;
const accounts = Array.from({ length: COUNT }, (_, index) => accountNumber(index));
const last = accountNumber(COUNT - 1);

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(async () => {
  table = createMemoryTable();
  job = createJobs(table);
  for (const each of accounts) await job.watch(each, midnight - DAY);
  for (const each of accounts.slice(0, BROKEN)) await table.put(keys.latest(each), { v: 99 });
  await job.plan(midnight);
});

test('a job that fails may be tried again at once', async () => {
  job.world.now = midnight + DUE;
  const readRows = async () => {
    throw new Error('throttled');
  };
  await reconcile({ ...job.deps, readRows }, Number.POSITIVE_INFINITY);
  expect(job.world.closeJobs).toMatchObject([{ kind: 'close' }]);
  for (const each of accounts) await table.put(keys.latest(each), { v: 1 });
  expect((await job.run()).later).toEqual([]);
});

describe('more accounts that cannot be worked on than a job can name', () => {
  test('end no firing of the reconciler: days are written, and what is unfinished is a metric', async () => {
    job.world.now = midnight + DAY + DUE;
    const { days, later } = await job.run();
    expect(days).toEqual(['2026-11-23']);
    expect(later).not.toEqual([]);
    expect(job.world.metrics.RunsUnfinished).toBeGreaterThan(0);
    expect(await job.days.rows(last, '2026-11-23', '2026-11-23')).toHaveLength(1);
  });

  test('count as failed once the run has waited long enough, each once', async () => {
    const well = accounts.slice(BROKEN);
    for (const each of well) await job.deps.slots.put(each, measured(midnight, 5));
    job.world.now = midnight + DUE;
    await job.run();
    expect(await job.runOf(midnight)).not.toMatchObject({ state: 'ended' });
    job.world.now = midnight + 2 * QUARTER + DUE;
    await job.run();
    expect(await job.runOf(midnight)).toMatchObject({
      ...{ state: 'ended', expected: COUNT, failed: BROKEN },
      measured: well.length,
    });
  });
});
