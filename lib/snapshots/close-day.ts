import { type DayRow, dayOf } from '../balances/day-row.ts';
import type { DayStore } from '../balances/day-store.ts';
import { sumTallies } from '../balances/job-store.ts';
import type { RunStore } from '../balances/run-store.ts';
import { expectedSlots, toSeries } from '../balances/series.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import type { ReadTimetables } from '../balances/timetable-store.ts';
import type { WatchQuota } from '../balances/watch-quota.ts';
import { watchSpans } from '../balances/watch-spans.ts';
import type { Watch } from '../balances/watch-store.ts';
import { forEachLimit } from '../batches.ts';
import { RECONCILE_PATIENCE_MS } from '../budgets.ts';
import { daySpan } from '../calendar.ts';
import { describeUnexpected } from '../log.ts';
import type { Metric } from '../metrics.ts';
import type { Timetables } from '../timetables.ts';
import type { JobMessage } from './job-message.ts';
import { type JobOutcome, nameOf, type PageResult, type RunJobDeps, runJob } from './run-job.ts';
import { settleUnjudged, type UnjudgedDeps } from './settle-unjudged.ts';

export type DayDeps = RunJobDeps &
  UnjudgedDeps & {
    readonly slots: Pick<SlotStore, 'page'>;
    readonly days: Pick<DayStore, 'getMany' | 'put'>;
    readonly runs: Pick<RunStore, 'endDay'>;
    readonly quota: Pick<WatchQuota, 'recount'>;
    /** Every caller that the grants know. */
    readonly callers: readonly string[];
    readonly timetables: ReadTimetables;
    readonly metric: Metric;
  };

const AT_ONCE = 16;
/** Of the accounts without a balance on a whole day, so many are named. */
const MOST_NAMED = 20;

/**
 * A part of closing an IST day: writes the day rows of accounts that were watched on it, computed anew from their
 * slots; finds the accounts that had no balance on the whole day; counts what each caller watches; and sends events that
 * still wait of accounts that are judged no more.
 * @param deadline epoch ms before which to return
 */
export async function closeDayShard(deps: DayDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  const timetables = await deps.timetables();
  const outcome = await runJob(deps, job, deadline, {
    // A row that cannot be read may be an account that nobody measures: it counts as one.
    async page(watches, unreadable) {
      const { counts, ...result } = await closeDayPage(deps, timetables, watches, job.at);
      return { ...result, counts: { ...counts, unmeasured: (counts.unmeasured ?? 0) + unreadable } };
    },
    patientUntil: daySpan(job.at).to + RECONCILE_PATIENCE_MS,
    givenUp: (watch) => callersOf(watch ? [watch] : []),
  });
  if (outcome === 'done') await endDay(deps, job);
  return outcome;
}

async function closeDayPage(
  deps: DayDeps,
  timetables: Timetables,
  watches: readonly Watch[],
  day: string,
): Promise<PageResult> {
  const span = daySpan(day);
  const due = watches
    .map((watch) => ({ watch, expected: expectedSlots(timetables, watchSpans(watch), span, deps.now()) }))
    .filter(({ expected }) => expected.length > 0);
  const present = await deps.days.getMany(due.map(({ watch }) => ({ account: watch, day })));
  const broken = new Set(await settleUnjudged(deps, watches));
  const unmeasured: Watch[] = [];
  await forEachLimit(due, AT_ONCE, async ({ watch, expected }) => {
    try {
      const row = present({ account: watch, day }) ?? (await writeDay(deps, watch, day, expected));
      if (row.range === null && wasWatchedAllDay(watch, span)) unmeasured.push(watch);
    } catch (error) {
      const { companyId, cardAccountId } = watch;
      deps.log('error', 'reconcile', { companyId, cardAccountId, ...describeUnexpected(error) });
      broken.add(watch);
    }
  });
  // An account that is broken comes again, and is counted then.
  const isWell = (watch: Watch): boolean => !broken.has(watch);
  const named = unmeasured.filter(isWell).map(nameOf);
  const written = due.filter(({ watch }) => isWell(watch)).length;
  return {
    counts: { ...callersOf(watches.filter(isWell)), written, unmeasured: named.length },
    broken: [...broken],
    named: named.slice(0, MOST_NAMED),
  };
}

async function writeDay(
  { slots, days }: DayDeps,
  watch: Watch,
  day: string,
  expected: readonly number[],
): Promise<DayRow> {
  const { rows } = await slots.page(watch, daySpan(day));
  const row = dayOf(day, toSeries(rows, expected));
  await days.put(watch, row);
  return row;
}

/** How many of some watches count against each caller's quota. */
function callersOf(watches: readonly Watch[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { caller, end } of watches) {
    if (end === null) counts[`caller:${caller}`] = (counts[`caller:${caller}`] ?? 0) + 1;
  }
  return counts;
}

function wasWatchedAllDay(watch: Watch, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return watchSpans(watch).some((span) => span.from <= from && span.to >= to);
}

async function endDay(deps: DayDeps, { at: day, of }: JobMessage): Promise<void> {
  const parts = await deps.jobs.allDone('day', day, of);
  if (!parts) return;
  const { counts, named } = sumTallies(parts.map(({ tally }) => tally));
  const { written = 0, unmeasured = 0 } = counts;
  await recount(deps, counts, Math.min(...parts.map(({ startedAt }) => startedAt)));
  const end = { accounts: written, unmeasured, named: named.slice(0, MOST_NAMED) };
  if (!(await deps.runs.endDay(day, end))) return;
  deps.log(unmeasured > 0 ? 'warn' : 'info', 'day', { outcome: 'ended', count: written, failed: unmeasured });
  deps.metric('AccountsUnmeasured', unmeasured);
}

/** A caller that has begun or ended a watch since the count began is counted another day. */
async function recount(deps: DayDeps, counts: Readonly<Record<string, number>>, since: number): Promise<void> {
  const counted = Object.keys(counts).flatMap((name) => (name.startsWith('caller:') ? [name.slice(7)] : []));
  for (const caller of new Set([...deps.callers, ...counted])) {
    await deps.quota.recount(caller, counts[`caller:${caller}`] ?? 0, since);
  }
}
