import { createDayStore } from '../../lib/balances/day-store.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import type { Table } from '../../lib/balances/table.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import { alwaysQuarterHours } from './samples.ts';

/** What the history reads, over one table at one instant. */
export function depsOver(table: Table, now: number) {
  return {
    slots: createSlotStore(table, () => now),
    days: createDayStore(table),
    watches: createWatchStore(table),
    timetables: async () => alwaysQuarterHours,
    now: () => now,
  };
}
