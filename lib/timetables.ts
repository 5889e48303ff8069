import { DAY_MS, type Span } from './calendar.ts';
import { slotsBetween, type Timetable, windowOf } from './slots.ts';

/** A timetable and the first slot (epoch ms) that was planned by it. */
export type Era = {
  readonly from: number;
  /** Up to here (not included) the era before it goes: between the two nothing is expected. @default `from` */
  readonly previousTo?: number;
  readonly timetable: Timetable;
  /** No run has noted it yet: where the era before ends may still move. */
  readonly isUnnoted?: true;
};

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
    const next = timetables[index + 1];
    const end = Math.min(to, next?.previousTo ?? next?.from ?? to);
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

/** No period is longer: so long the planner may be silent while all is well. */
const LONGEST_PERIOD_MS = 60 * 60_000;

/**
 * The era that begins with a slot that was just planned, while the last known timetable is another. Nobody knows when before
 * this slot the settings were changed, perhaps more than once: of the hour before it, only what was planned is expected.
 * @param lastPlanned the last slot of that hour that has a run
 */
export function eraFrom(timetable: Timetable, slot: number, lastPlanned: number | undefined): Era {
  const previousTo = (lastPlanned ?? slot - LONGEST_PERIOD_MS) + 1000;
  return { from: slot, previousTo, timetable };
}

/** Where the last planned slot before one may be, when the timetable is changed. */
export function hourBefore(slot: number): Span {
  return { from: slot - LONGEST_PERIOD_MS, to: slot };
}

/** Whether nothing that a run may still note changes what is expected before an instant. */
export function isSettled(timetables: Timetables, instant: number): boolean {
  return timetables.every(({ isUnnoted, previousTo = 0 }) => !isUnnoted || instant <= previousTo);
}

export function isSameTimetable(one: Timetable, other: Timetable): boolean {
  return one.periodMs === other.periodMs && one.windowMs === other.windowMs;
}
