import type { Coverage } from '../balances/day-row.ts';
import { SHARDS } from '../balances/keys.ts';
import type { RunStore } from '../balances/run-store.ts';
import type { ReadTimetables } from '../balances/timetable-store.ts';
import type { Watch, WatchStore } from '../balances/watch-store.ts';
import { RECONCILE_LOOK_BACK_MS, RECONCILE_PATIENCE_MS } from '../budgets.ts';
import { DAY_MS, daySpan, daysBetween, istDay } from '../calendar.ts';
import { slotsIn, type Timetables } from '../timetables.ts';
import { type DayDeps, reconcileDay } from './reconcile-day.ts';
import { reconcileSlots, type SlotDeps, type Tally } from './reconcile-slots.ts';
import { type ReportDeps, reportRun } from './run-report.ts';

export type ReconcileDeps = SlotDeps &
  DayDeps &
  ReportDeps & {
    readonly watches: Pick<WatchStore, 'page'>;
    readonly timetables: ReadTimetables;
    readonly runs: Pick<RunStore, 'runs' | 'end' | 'endedDays' | 'endDay'>;
    /** How long after its window a slot is looked at: calls under way have ended by then. */
    readonly graceMs: number;
    readonly now: () => number;
  };

export type ReconcileOutcome = {
  /** false: the time was up; what was written counts, and the next invocation does the rest. */
  readonly complete: boolean;
  /** The runs that were brought to their end. */
  readonly slots: ReadonlyMap<number, Coverage>;
  readonly days: readonly string[];
};

/** After an outage of ours, at most so many slots and days are still brought to an end. */
const MOST_SLOTS = 312;
const LOOK_BACK_DAYS = 3;

/**
 * Brings every run whose time has come to its end: writes `missed` where an expected slot has no row, counts, sends pending
 * events again, and after IST midnight writes the day rows. Everything it does may be done twice. It never calls EnKash.
 * @param deadline epoch ms before which to return
 * @throws when some accounts could not be reconciled; everything else was, and their runs stay open for the next invocations
 */
export async function reconcile(deps: ReconcileDeps, deadline: number): Promise<ReconcileOutcome> {
  const slots = new Map<number, Coverage>();
  const days: string[] = [];
  const timetables = await deps.timetables();
  const open = await openSlots(deps, timetables);
  const tally: Tally = { counts: new Map(open.map((slot) => [slot, none])), broken: new Set() };
  const inTime = await forEachPage(deps, deadline, (watches) => reconcileSlots(deps, timetables, watches, open, tally));
  if (!inTime) return { complete: false, slots, days };
  for (const [slot, coverage] of tally.counts) {
    if (tally.broken.has(slot) && deps.now() < slot + RECONCILE_PATIENCE_MS) continue;
    await deps.runs.end(slot, coverage);
    reportRun(deps, slot, coverage);
    slots.set(slot, coverage);
  }
  let broken = tally.broken.size;
  for (const day of await openDays(deps)) {
    let accounts = 0;
    let brokenOfDay = 0;
    const done = await forEachPage(deps, deadline, async (watches) => {
      const of = await reconcileDay(deps, timetables, watches, day);
      accounts += of.written;
      brokenOfDay += of.broken;
    });
    if (!done) return { complete: false, slots, days };
    broken += brokenOfDay;
    if (brokenOfDay > 0) continue;
    await deps.runs.endDay(day, accounts);
    days.push(day);
  }
  if (broken > 0) throw new Error('some accounts could not be reconciled');
  return { complete: true, slots, days };
}

const none: Coverage = { expected: 0, measured: 0, failed: 0, missed: 0 };

/** Slots that are due and not ended, ascending; from the oldest run known on, and always the newest one. */
async function openSlots({ runs, graceMs, now }: ReconcileDeps, timetables: Timetables): Promise<number[]> {
  const to = now() - graceMs;
  const due = slotsIn(timetables, { from: to - RECONCILE_LOOK_BACK_MS, to })
    .filter(({ until }) => until <= to)
    .map(({ slot }) => slot)
    .slice(-MOST_SLOTS);
  const [oldest] = due;
  const newest = due.at(-1);
  if (oldest === undefined || newest === undefined) return [];
  const known = await runs.runs({ from: oldest, to });
  const ended = new Set(known.filter(({ state }) => state === 'ended').map(({ slot }) => slot));
  const first = Math.min(newest, ...known.map(({ slot }) => slot));
  return due.filter((slot) => slot >= first && !ended.has(slot));
}

/** IST days that are over, all their slots due, without a run. */
async function openDays({ runs, graceMs, now }: ReconcileDeps): Promise<string[]> {
  const last = istDay(daySpan(istDay(now() - graceMs)).from - 1);
  const first = istDay(daySpan(last).from - (LOOK_BACK_DAYS - 1) * DAY_MS);
  const ended = await runs.endedDays(first, last);
  return daysBetween(first, last).filter((day) => !ended.has(day));
}

/** @returns false when the time was up first */
async function forEachPage(
  { watches, now, log }: ReconcileDeps,
  deadline: number,
  work: (page: readonly Watch[]) => Promise<void>,
): Promise<boolean> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    let after: string | undefined;
    do {
      if (now() >= deadline) return false;
      const page = await watches.page(shard, after);
      if (page.unreadable > 0) log('error', 'reconcile', { outcome: 'unreadable-watch', count: page.unreadable });
      await work(page.watches);
      after = page.after;
    } while (after !== undefined);
  }
  return true;
}
