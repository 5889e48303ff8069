import type { SlotRow } from '../account/snapshot.ts';
import type { Span } from '../calendar.ts';
import { slotsBetween, type Timetable, windowOf } from '../slots.ts';
import type { Watch } from './watch-store.ts';

/** The reason of a slot for which nothing ever arrived: found by the reconciler, or by a reader before it. */
export const NOT_DELIVERED = 'not-delivered';

/** The spans in which an account was watched. One that goes on has no end: it is cut by what is asked. */
export function watchSpans(watch: Pick<Watch, 'past' | 'start' | 'end'> | undefined): readonly Span[] {
  if (!watch) return [];
  return [...watch.past, { from: watch.start, to: watch.end ?? Number.POSITIVE_INFINITY }];
}

/** The slots of `asked` in which the account was watched and whose window is over: each owes a row. Ascending. */
export function expectedSlots(timetable: Timetable, spans: readonly Span[], asked: Span, now: number): number[] {
  const slots = new Set<number>();
  for (const span of spans) {
    const common = { from: Math.max(span.from, asked.from), to: Math.min(span.to, asked.to) };
    for (const slot of slotsBetween(timetable, common)) {
      if (windowOf(timetable, slot).to <= now) slots.add(slot);
    }
  }
  return [...slots].sort((a, b) => a - b);
}

/** Rows and expected slots as one series: an expected slot without a row is `missed`. Ascending. */
export function toSeries(rows: readonly SlotRow[], expected: readonly number[]): SlotRow[] {
  const bySlot = new Map<number, SlotRow>(
    expected.map((slot) => [slot, { slot, status: 'missed', reason: NOT_DELIVERED }]),
  );
  for (const row of rows) bySlot.set(row.slot, row);
  return [...bySlot.values()].sort((a, b) => a.slot - b.slot);
}
