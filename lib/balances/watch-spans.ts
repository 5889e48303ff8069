import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import type { Watch } from './watch-store.ts';

/** A watch without what its row alone has. */
export type WatchState = Omit<Watch, 'revision'>;

/** The row stays far below 4 kB. The oldest spans go first: the reconciler has written a row for each of their slots. */
const MOST_SPANS = 60;
const RAW_MS = RAW_DAYS * DAY_MS;
/** Every slot of a deployed timetable lies on this grid. */
export const GRID_MS = 5 * 60_000;

/** The spans in which an account was watched. One that goes on has no end: it is cut by what is asked. */
export function watchSpans(watch: Pick<Watch, 'past' | 'start' | 'end' | 'suspended'> | undefined): readonly Span[] {
  if (!watch) return [];
  const { past, start, end, suspended } = watch;
  return suspended === null ? [...past, { from: start, to: end ?? Number.POSITIVE_INFINITY }] : past;
}

/** Whether the account is in the schedule at an instant. */
export function isWatchedAt(watch: Watch, at: number): boolean {
  return watchSpans(watch).some(({ from, to }) => from <= at && at < to);
}

/** From an instant on the watch is in the schedule again. @param gridMs slots lie on multiples of it */
export function resumed<T extends WatchState>(watch: T, at: number, gridMs = GRID_MS): T {
  return { ...watch, past: kept(watchSpans(watch), at, gridMs), start: at, suspended: null };
}

/** From an instant on no grant covers the account: nothing is planned or expected. */
export function suspended<T extends WatchState>(watch: T, at: number): T {
  return { ...watch, past: kept([...watch.past, { from: watch.start, to: at }], at, GRID_MS), suspended: at };
}

/** As far back as slots are kept; a span between two slots of the grid says nothing. */
function kept(spans: readonly Span[], now: number, gridMs: number): readonly Span[] {
  return spans
    .map(({ from, to }) => ({ from, to: Math.min(to, now) }))
    .filter(({ from, to }) => to > now - RAW_MS && Math.ceil(from / gridMs) * gridMs < to)
    .slice(-MOST_SPANS);
}
