import { DAY_MS, type Span } from './calendar.ts';
import { slotsBetween, type Timetable, windowOf } from './slots.ts';

/** A timetable and the instant (epoch ms) from which on it was the one. */
export type Era = { readonly from: number; readonly timetable: Timetable };

/** What the timetable was at each instant, ascending and never empty; before the first era nothing else is known. */
export type Timetables = readonly [Era, ...Era[]];

/** A slot, and the end of the window in which it could be measured (not included). */
export type TimedSlot = { readonly slot: number; readonly until: number };

/** One timetable that was always the one. */
export function always(timetable: Timetable): Timetables {
  return [{ from: Number.NEGATIVE_INFINITY, timetable }];
}

/** The slots of a span, ascending, each by the timetable of its own instant. */
export function slotsIn(timetables: Timetables, { from, to }: Span): TimedSlot[] {
  return timetables.flatMap(({ from: begin, timetable }, index) => {
    const first = index === 0 ? from : Math.max(from, begin);
    const end = Math.min(to, timetables[index + 1]?.from ?? to);
    return slotsBetween(timetable, { from: first, to: end }).map((slot) => ({
      slot,
      until: windowOf(timetable, slot).to,
    }));
  });
}

/** The slots right before one, the nearest first; fewer where none lie within a day. */
export function slotsBefore(timetables: Timetables, slot: number, count: number): number[] {
  const found: number[] = [];
  for (let to = slot; found.length < count && to > slot - DAY_MS; to -= DAY_MS / 12) {
    found.push(
      ...slotsIn(timetables, { from: to - DAY_MS / 12, to })
        .map((timed) => timed.slot)
        .reverse(),
    );
  }
  return found.slice(0, count);
}

/**
 * From when on a timetable is the one that a slot was just planned by, while the last known one is another: right after the
 * last slot that was planned by that one. Nobody knows when in the period before this slot the settings were changed, so a
 * slot of the old timetable in it that nobody planned is not expected; all that lie further back are.
 * @param lastPlanned the last slot before this one that has a run
 */
export function beginOf(timetable: Timetable, slot: number, lastPlanned: number | undefined): number {
  return Math.max(lastPlanned ?? Number.NEGATIVE_INFINITY, slot - timetable.periodMs) + 1000;
}

export function isSameTimetable(one: Timetable, other: Timetable): boolean {
  return one.periodMs === other.periodMs && one.windowMs === other.windowMs;
}
