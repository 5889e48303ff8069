import { daySpan } from '../calendar.ts';
import type { Timetable } from '../slots.ts';
import { forEachLimit } from './batches.ts';
import { dayOf } from './day-row.ts';
import { expectedSlots, toSeries, watchSpans } from './series.ts';
import { dayName, type SlotStore } from './slot-store.ts';
import type { Watch } from './watch-store.ts';

export type DayDeps = {
  readonly slots: Pick<SlotStore, 'page' | 'readDays' | 'putDay'>;
  readonly timetable: Timetable;
  readonly now: () => number;
};

const AT_ONCE = 16;

/**
 * Writes the day rows of accounts that were watched on an IST day, computed anew from their slots.
 * @returns of how many accounts; one that has its row already keeps it
 */
export async function reconcileDay(deps: DayDeps, watches: readonly Watch[], day: string): Promise<number> {
  const span = daySpan(day);
  const due = watches
    .map((watch) => ({ watch, expected: expectedSlots(deps.timetable, watchSpans(watch), span, deps.now()) }))
    .filter(({ expected }) => expected.length > 0);
  const present = await deps.slots.readDays(due.map(({ watch }) => ({ account: watch, day })));
  const wanted = due.filter(({ watch }) => !present.has(dayName(watch, day)));
  await forEachLimit(wanted, AT_ONCE, async ({ watch, expected }) => {
    const { rows } = await deps.slots.page(watch, span);
    await deps.slots.putDay(watch, dayOf(day, toSeries(rows, expected)));
  });
  return wanted.length;
}
