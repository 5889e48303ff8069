import { dayOf } from '../balances/day-row.ts';
import { type DayStore, dayName } from '../balances/day-store.ts';
import { expectedSlots, toSeries } from '../balances/series.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import { watchSpans } from '../balances/watch-spans.ts';
import type { Watch } from '../balances/watch-store.ts';
import { forEachLimit } from '../batches.ts';
import { daySpan } from '../calendar.ts';
import { describeUnexpected, type Log } from '../log.ts';
import type { Timetables } from '../timetables.ts';

export type DayDeps = {
  readonly slots: Pick<SlotStore, 'page'>;
  readonly days: Pick<DayStore, 'present' | 'put'>;
  readonly now: () => number;
  readonly log: Log;
};

const AT_ONCE = 16;

/**
 * Writes the day rows of accounts that were watched on an IST day, computed anew from their slots.
 * @returns of how many accounts, and how many could not be worked on; one that has its row already keeps it
 */
export async function reconcileDay(
  deps: DayDeps,
  timetables: Timetables,
  watches: readonly Watch[],
  day: string,
): Promise<{ readonly written: number; readonly broken: number }> {
  const span = daySpan(day);
  const due = watches
    .map((watch) => ({ watch, expected: expectedSlots(timetables, watchSpans(watch), span, deps.now()) }))
    .filter(({ expected }) => expected.length > 0);
  const present = await deps.days.present(due.map(({ watch }) => ({ account: watch, day })));
  const wanted = due.filter(({ watch }) => !present.has(dayName({ account: watch, day })));
  let broken = 0;
  await forEachLimit(wanted, AT_ONCE, async ({ watch, expected }) => {
    try {
      const { rows } = await deps.slots.page(watch, span);
      await deps.days.put(watch, dayOf(day, toSeries(rows, expected)));
    } catch (error) {
      const { companyId, cardAccountId, partner } = watch;
      deps.log('error', 'reconcile', { companyId, cardAccountId, partner, ...describeUnexpected(error) });
      broken += 1;
    }
  });
  return { written: wanted.length - broken, broken };
}
