import { beforeEach, describe, expect, test } from 'vitest';
import { createHandler } from '../../../functions/plan-snapshots.ts';
import { createJobStore } from '../../../lib/balances/job-store.ts';
import { keys, SHARDS } from '../../../lib/balances/keys.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { slotText } from '../../../lib/instants.ts';
import { type Outgoing, planShard, planSlot } from '../../../lib/snapshots/plan-slot.ts';
import { parseMessage } from '../../../lib/snapshots/snapshot-message.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, midnight, rule, rulesOf, watchOf } from '../../rigs/samples.ts';

const dynamo = await startTable();
const QUARTER = 900_000;

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
});
async function watchMany(count: number, start = midnight - 1): Promise<void> {
  for (let index = 0; index < count; index += 1) await job.watch(accountNumber(index), start);
}

test('a registry that has outgrown one job is planned in parts', async () => {
  for (let index = 0; index < 2_001; index += 1) await job.watch(accountNumber(index), midnight - 1);
  await job.plan(midnight);
  job.world.now = midnight + QUARTER + 1_000;
  await planSlot(job.planDeps, midnight + QUARTER, Number.POSITIVE_INFINITY);
  expect(job.world.planJobs).toHaveLength(SHARDS);
  await job.plan(midnight + QUARTER);
  expect(job.world.sent).toHaveLength(2 * 2_001);
});

describe('the planner', () => {
  test('sends one message for each account watched in the slot, ten at a time, grouped by partner', async () => {
    const { world, plan, watches } = createJobs(dynamo.table);
    const other = accountNumber(3);
    const grants = [
      { partner: 'other', companyId: other.companyId, cardAccountIds: [other.cardAccountId] },
      ...[account.companyId, other.companyId].map((companyId) => ({ partner: 'acme', companyId })),
    ];
    world.grants = { erp: { grants } };
    await watches.put(watchOf({ ...account, start: midnight, rules: rulesOf(rule) }), undefined);
    await watches.put(watchOf({ ...accountNumber(1), start: midnight + 1 }), undefined);
    await watches.put(watchOf({ ...accountNumber(2), start: midnight - 1, end: midnight }), undefined);
    await watches.put(watchOf({ ...other, start: midnight - 1, end: midnight + 1 }), undefined);
    expect(await plan(midnight)).toEqual({ outcome: 'planning', later: [] });
    expect(world.sent.map(({ partner }) => partner).sort()).toEqual(['acme', 'other']);
    expect(world.sent.map(({ body }) => parseMessage(body))).toContainEqual({
      ...{ v: 1, slot: midnight, until: midnight + 300_000, previous: midnight - QUARTER, partner: 'acme' },
      ...{ ...account, edition: midnight, rules: rulesOf(rule) },
    });
    expect(Math.max(...world.sent.map(({ body }) => body.length))).toBeLessThan(500);
  });

  test('plans an account whose watch ended and began again after the slot, and passes over a row it cannot read', async () => {
    const past = [{ from: midnight - QUARTER, to: midnight + 500 }];
    await job.watches.put(watchOf({ ...account, start: midnight + 800, past }), undefined);
    await table.put({ pk: keys.watch(account).pk, sk: '0#0' }, { v: 99 });
    await job.plan(midnight);
    expect(job.world.sent).toHaveLength(1);
    expect(job.world.outcomes).toContain('unreadable-watch');
  });

  test('begins no slot before its time, and reads the time in any zone', async () => {
    job.world.now = midnight - QUARTER;
    expect((await job.plan(midnight)).outcome).toBe('early');
    job.world.now = midnight + 1_000;
    const slot = new Date(midnight + 19_800_000).toISOString().replace('Z', '+05:30');
    expect(await createHandler(job.planDeps)({ slot }, { getRemainingTimeInMillis: () => 1 })).toBe('planning');
  });

  test('plans a slot once, however often the schedule fires and the queue delivers', async () => {
    await watchMany(25);
    await job.plan(midnight);
    expect((await job.plan(midnight)).outcome).toBe('already-planned');
    const message = { v: 1, kind: 'plan', at: slotText(midnight), part: 0, of: 1 } as const;
    expect(await planShard(job.planDeps, message, Number.POSITIVE_INFINITY)).toBe('done');
    expect(job.world.sent).toHaveLength(25);
    expect(job.world.batches.every((size) => size <= 10)).toBe(true);
    expect(await job.runOf(midnight)).toMatchObject({ state: 'planned', planned: 25 });
  });

  test('sends the jobs again when the schedule’s first firing died before it could', async () => {
    await watchMany(5);
    const dying = async () => Promise.reject(new Error('killed'));
    await expect(planSlot({ ...job.planDeps, sendJobs: dying }, midnight, 0)).rejects.toThrow('killed');
    await job.plan(midnight);
    expect(job.world.sent).toHaveLength(5);
  });

  test('leaves a shard alone while another planner is at it', async () => {
    await watchMany(1);
    const shard = Number(`0x${keys.watch(accountNumber(0)).pk.slice('watch#'.length)}`);
    const message = { v: 1, kind: 'plan', at: slotText(midnight), part: shard, of: SHARDS } as const;
    const both = [1, 2].map(() => planShard(job.planDeps, message, Number.POSITIVE_INFINITY));
    expect((await Promise.all(both)).sort()).toEqual(['done', 'later']);
    expect(job.world.sent).toHaveLength(1);
  });

  test('takes a dead planner’s shard over where it was, and reaches every account', async () => {
    const inShard = Array.from({ length: 20_000 }, (_, index) => accountNumber(index))
      .filter((of) => keys.watch(of).pk === 'watch#00')
      .slice(0, 1_200);
    for (const of of inShard) await job.watch(of, midnight - 1);
    const message = { v: 1, kind: 'plan', at: slotText(midnight), part: 0, of: SHARDS } as const;
    const live = () => {
      if (job.world.sent.length >= 1_050) throw new Error('killed');
    };
    const send = async (batch: readonly Outgoing[]) => {
      live();
      await job.planDeps.send(batch);
    };
    const keep: typeof job.planDeps.jobs.keep = async (...args) => {
      live();
      return job.planDeps.jobs.keep(...args);
    };
    // A note of the progress after every page.
    job.world.now = midnight + 1_000;
    const page: typeof job.planDeps.watches.page = (...args) => {
      job.world.now += 6_000;
      return job.planDeps.watches.page(...args);
    };
    const jobs = { ...job.planDeps.jobs, keep };
    const dying = { ...job.planDeps, send, jobs, watches: { ...job.planDeps.watches, page } };
    await expect(planShard(dying, message, Number.POSITIVE_INFINITY)).rejects.toThrow('killed');
    expect(await planShard(job.planDeps, message, Number.POSITIVE_INFINITY)).toBe('later');
    job.world.now += 60_000;
    expect(await planShard(job.planDeps, message, Number.POSITIVE_INFINITY)).toBe('done');
    expect(new Set(job.world.sent.map(({ body }) => body)).size).toBe(1_200);
    expect(job.world.sent.length).toBeLessThan(1_300);
  });

  test('stops in time, and goes on where it stopped', async () => {
    await watchMany(30);
    job.world.now = midnight + 1_000;
    const outcomes = new Set<string>();
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const message = { v: 1, kind: 'plan', at: slotText(midnight), part: shard, of: SHARDS } as const;
      outcomes.add(await planShard(job.planDeps, message, job.world.now));
      outcomes.add(await planShard(job.planDeps, message, Number.POSITIVE_INFINITY));
    }
    expect([...outcomes]).toEqual(['unfinished', 'done']);
    expect(job.world.sent).toHaveLength(30);
  });

  test.each(['put', 'update'] as const)('knows its own claim again when the reply to a %s was lost', async (write) => {
    await watchMany(3);
    if (write === 'update') {
      await job.planDeps.jobs.begin({ kind: 'plan', at: slotText(midnight), part: 0, of: 1 }, 'died', 45_000);
      job.world.now += 60_000;
    }
    const losing: Table = {
      ...table,
      put: async (...args) => (await table.put(...args)) && write !== 'put',
      update: async (...args) => (await table.update(...args)) && write !== 'update',
    };
    const real = createJobStore(table, () => job.world.now);
    const jobs = { ...real, begin: createJobStore(losing, () => job.world.now).begin };
    await job.plan(midnight, { jobs });
    expect(job.world.sent).toHaveLength(3);
  });

  test('sends nothing for a slot whose window is over, or for an instant that is no slot', async () => {
    await watchMany(3);
    await planSlot(job.planDeps, midnight, 0);
    job.world.now = midnight + 300_000;
    const [message] = job.world.planJobs;
    if (message) await planShard(job.planDeps, message, Number.POSITIVE_INFINITY);
    expect((await job.plan(midnight)).outcome).toBe('late');
    expect((await job.plan(midnight + QUARTER + 1)).outcome).toBe('not-a-slot');
    expect(job.world.sent).toEqual([]);
  });
});
