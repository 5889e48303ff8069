import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../lib/balances/day-row.ts';
import { createDayStore } from '../../../lib/balances/day-store.ts';
import { asOf } from '../../../lib/balances/history.ts';
import { createSlotStore } from '../../../lib/balances/slot-store.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, alwaysQuarterHours, MINUTE, measured, midnight, missed } from '../../rigs/samples.ts';

const QUARTER = 15 * MINUTE;
const LATE = 290_000;

function rig() {
  const table = createMemoryTable();
  const now = () => midnight + 86_400_000;
  const lists = { slots: createSlotStore(table, now), days: createDayStore(table), watches: createWatchStore(table) };
  return { ...lists, now, timetables: async () => alwaysQuarterHours };
}

describe('fault 7: a balance at an instant', () => {
  test('was observed by then, although a slot before it was measured later', async () => {
    const deps = rig();
    await deps.slots.put(account, measured(midnight, 1_000));
    await deps.slots.put(account, measured(midnight + QUARTER, 9_000, midnight + QUARTER + LATE));
    const at = (instant: number) => asOf(deps, account, instant);
    expect(await at(midnight + QUARTER)).toMatchObject({ slot: midnight, balances: { available: 1_000 } });
    expect(await at(midnight + QUARTER + LATE - 1)).toMatchObject({ slot: midnight });
    expect(await at(midnight + QUARTER + LATE)).toMatchObject({ slot: midnight + QUARTER });
    expect(await at(midnight + 1_999)).toBeUndefined();
  });

  test('is found behind a long outage whose last slot was measured too late for it', async () => {
    const deps = rig();
    await deps.slots.put(account, measured(midnight, 1_000));
    for (let index = 1; index < 30; index += 1) await deps.slots.put(account, missed(midnight + index * QUARTER));
    const last = midnight + 30 * QUARTER;
    await deps.slots.put(account, measured(last, 9_000, last + LATE));
    expect(await asOf(deps, account, last + 1_000)).toMatchObject({ slot: midnight });
  });

  test('of a day is its close only when that was observed by then', async () => {
    const deps = rig();
    const close = measured(midnight, 5, midnight + LATE);
    await deps.days.put(account, dayOf('2026-11-23', [close]));
    expect(await asOf(deps, account, midnight + LATE - 1)).toBeUndefined();
    expect(await asOf(deps, account, midnight + LATE)).toMatchObject({ balances: { available: 5 } });
  });
});
