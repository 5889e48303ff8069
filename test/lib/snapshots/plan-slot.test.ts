import { beforeEach, describe, expect, test } from 'vitest';
import { createHandler } from '../../../functions/plan-snapshots.ts';
import { keys } from '../../../lib/balances/keys.ts';
import { createRunStore } from '../../../lib/balances/run-store.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { createTimetableStore } from '../../../lib/balances/timetable-store.ts';
import { createWatchQuota } from '../../../lib/balances/watch-quota.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { type Grants, partnersByGrants } from '../../../lib/grants.ts';
import { type Outgoing, type PlanDeps, planSlot } from '../../../lib/snapshots/plan-slot.ts';
import { parseMessage } from '../../../lib/snapshots/snapshot-message.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, midnight, quarterHours, rule, watchOf } from '../../rigs/samples.ts';

const dynamo = await startTable();
const QUARTER = 900_000;
const other = accountNumber(3);
const everyGrant: Grants = {
  erp: {
    grants: [
      { partner: 'other', companyId: other.companyId, cardAccountIds: [other.cardAccountId] },
      { partner: 'acme', companyId: account.companyId },
      { partner: 'acme', companyId: other.companyId },
    ],
  },
};

function createPlanner(table: Table) {
  let owners = 0;
  const world = {
    now: midnight + 1_000,
    sent: [] as Outgoing[],
    batches: [] as number[],
    outcomes: [] as string[],
    grants: everyGrant,
  };
  const deps: PlanDeps = {
    watches: createWatchStore(table),
    runs: createRunStore(table, () => world.now),
    send: async (batch) => {
      world.batches.push(batch.length);
      world.sent.push(...batch);
    },
    timetable: quarterHours,
    timetables: createTimetableStore(table),
    quota: createWatchQuota(table),
    partnerOf: partnersByGrants(world.grants),
    now: () => world.now,
    newOwner: () => {
      owners += 1;
      return `owner-${owners}`;
    },
    log: (_level, _event, { outcome = '' }) => world.outcomes.push(outcome),
  };
  return { world, deps };
}

async function watchMany(table: Table, count: number, start = midnight - 1): Promise<void> {
  const watches = createWatchStore(table);
  for (let index = 0; index < count; index += 1) {
    const watch = { ...accountNumber(index), partner: 'acme', caller: 'erp', start, end: null, past: [], rule: null };
    await watches.put(watchOf(watch), undefined);
  }
}

let table = createMemoryTable();
beforeEach(() => {
  table = createMemoryTable();
});

describe('the planner', () => {
  test('sends one message for each account watched in the slot, ten at a time, grouped by partner', async () => {
    const watches = createWatchStore(dynamo.table);
    const common = { partner: 'acme', caller: 'erp', past: [], rule: null };
    await watches.put(watchOf({ ...account, ...common, start: midnight, end: null, rule }), undefined);
    await watches.put(watchOf({ ...accountNumber(1), ...common, start: midnight + 1, end: null }), undefined);
    await watches.put(watchOf({ ...accountNumber(2), ...common, start: midnight - 1, end: midnight }), undefined);
    await watches.put(
      watchOf({ ...accountNumber(3), ...common, partner: 'other', start: midnight - 1, end: midnight + 1 }),
      undefined,
    );
    const { world, deps } = createPlanner(dynamo.table);
    expect(await planSlot(deps, midnight)).toEqual({ outcome: 'planned', count: 2 });
    expect(world.sent.map(({ partner }) => partner).sort()).toEqual(['acme', 'other']);
    const messages = world.sent.map(({ body }) => parseMessage(body));
    expect(messages).toContainEqual({
      ...{ v: 1, slot: midnight, until: midnight + 300_000, partner: 'acme', start: midnight },
      ...{ ...account, rule },
    });
    expect(Math.max(...world.sent.map(({ body }) => body.length))).toBeLessThan(500);
  });

  test('plans an account whose watch ended and began again after the slot, and passes over a row it cannot read', async () => {
    const common = { partner: 'acme', caller: 'erp', end: null, rule: null };
    const past = [{ from: midnight - QUARTER, to: midnight + 500 }];
    await createWatchStore(table).put(watchOf({ ...account, ...common, start: midnight + 800, past }), undefined);
    await table.put({ pk: keys.watch(account).pk, sk: '0#0' }, { v: 99 });
    const { world, deps } = createPlanner(table);
    expect(await planSlot(deps, midnight)).toEqual({ outcome: 'planned', count: 1 });
    expect(world.outcomes).toContain('unreadable-watch');
  });

  test('claims no slot before its time, and reads the time in any zone', async () => {
    await watchMany(table, 1);
    const { world, deps } = createPlanner(table);
    world.now = midnight - QUARTER;
    expect(await planSlot(deps, midnight)).toEqual({ outcome: 'early', count: 0 });
    world.now = midnight + 1_000;
    const handler = createHandler(deps);
    const slot = new Date(midnight + 19_800_000).toISOString().replace('Z', '+05:30');
    expect(await handler({ slot }, { getRemainingTimeInMillis: () => 1 })).toEqual({ outcome: 'planned', count: 1 });
  });

  test('plans a slot once, however often the schedule fires', async () => {
    await watchMany(table, 25);
    const { world, deps } = createPlanner(table);
    await planSlot(deps, midnight);
    world.now += 60_000;
    expect((await planSlot(deps, midnight)).outcome).toBe('already-planned');
    expect(world.sent).toHaveLength(25);
    expect(world.batches.every((size) => size <= 10)).toBe(true);
  });

  test('leaves a slot alone while another planner is at it', async () => {
    await watchMany(table, 25);
    const { world, deps } = createPlanner(table);
    const outcomes = await Promise.all([planSlot(deps, midnight), planSlot(deps, midnight)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'planned']);
    expect(world.sent).toHaveLength(25);
  });

  test('takes a dead planner’s slot over where it was, and reaches every account', async () => {
    await watchMany(table, 400);
    const { world, deps } = createPlanner(table);
    const dying = {
      ...deps,
      send: async (batch: readonly Outgoing[]) => {
        if (world.sent.length > 200) throw new Error('killed');
        world.now += 1_000;
        await deps.send(batch);
      },
    };
    await expect(planSlot(dying, midnight)).rejects.toThrow('killed');
    const before = world.sent.length;
    expect((await planSlot(deps, midnight)).outcome).toBe('busy');
    world.now += 60_000;
    expect((await planSlot(deps, midnight)).outcome).toBe('planned');
    expect(new Set(world.sent.map(({ body }) => body)).size).toBe(400);
    expect(world.sent.length - before).toBeLessThan(400);
  });

  test('knows its own claim again when the acknowledgement was lost', async () => {
    await watchMany(table, 3);
    const { world, deps } = createPlanner(table);
    const put: Table['put'] = async (...args) => {
      await table.put(...args);
      return false;
    };
    const runs = createRunStore({ ...table, put }, () => world.now);
    expect(await planSlot({ ...deps, runs }, midnight)).toEqual({ outcome: 'planned', count: 3 });
  });

  test('knows its own takeover again when the acknowledgement was lost', async () => {
    await watchMany(table, 3);
    const { world, deps } = createPlanner(table);
    await deps.runs.begin(midnight, 'died', 45_000);
    world.now += 60_000;
    const update: Table['update'] = async (...args) => {
      await table.update(...args);
      return false;
    };
    const runs = createRunStore({ ...table, update }, () => world.now);
    expect(await planSlot({ ...deps, runs }, midnight)).toEqual({ outcome: 'planned', count: 3 });
  });

  test('sends nothing for a slot whose window is over, or for an instant that is no slot', async () => {
    await watchMany(table, 3);
    const { world, deps } = createPlanner(table);
    world.now = midnight + 300_000;
    expect((await planSlot(deps, midnight)).outcome).toBe('late');
    expect((await planSlot(deps, midnight + QUARTER + 1)).outcome).toBe('not-a-slot');
    expect(world.sent).toEqual([]);
  });
});
