import type { SlotRow } from '../account/snapshot.ts';
import type { Span } from '../calendar.ts';
import { slotsIn, type Timetables } from '../timetables.ts';

/** The reason of a slot for which nothing ever arrived: found by the reconciler, or by a reader before it. */
export const NOT_DELIVERED = 'not-delivered';

/** The slots of `asked` in which the account was watched and whose window is over: each owes a row. Ascending. */
export function expectedSlots(timetables: Timetables, spans: readonly Span[], asked: Span, now: number): number[] {
  const slots = new Set<number>();
  for (const span of spans) {
    const common = { from: Math.max(span.from, asked.from), to: Math.min(span.to, asked.to) };
    if (common.from >= common.to) continue;
    for (const { slot, until } of slotsIn(timetables, common)) if (until <= now) slots.add(slot);
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
