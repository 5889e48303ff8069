import type { RunStore } from '../balances/run-store.ts';
import { RECONCILE_LATE_MS, RECONCILE_LOOK_BACK_MS, SCHEDULER_SKEW_MS } from '../budgets.ts';
import { DAY_MS, daySpan, daysBetween, istDay, RAW_DAYS } from '../calendar.ts';
import { slotText } from '../instants.ts';
import { isSettled, slotsIn, type TimedSlot, type Timetables } from '../timetables.ts';
import { closeDayShard, type DayDeps } from './close-day.ts';
import { type CloseDeps, closeShard } from './close-slot.ts';
import { doOrSend, type JobMessage, jobsFor, partsFor, type SendJobs } from './job-message.ts';
import type { WorkJobsDeps } from './job-queue.ts';
import { judgeShard } from './judge-slot.ts';
import type { JobOutcome } from './run-job.ts';

export type ReconcileDeps = CloseDeps &
  DayDeps &
  WorkJobsDeps & {
    readonly runs: RunStore;
    /** Into the queue of what nobody waits for. */
    readonly sendBacklog: SendJobs;
    /** How long after its window a slot is looked at: calls under way have ended by then. */
    readonly graceMs: number;
  };

export type ReconcileOutcome = {
  /** Slots and days for which jobs were sent. */
  readonly slots: readonly number[];
  readonly days: readonly string[];
  /** Runs that should have ended by now. */
  readonly unfinished: number;
};

/** Of a backlog, so many slots and days are sent at each firing: it shrinks, and no queue grows without end. */
const MOST_SLOTS = 16;
const MOST_DAYS = 4;

/**
 * Sends the jobs that are due: the newest slot's into a queue of their own, then days, then the backlog, the newest first.
 * Jobs that are sent twice are done once. What should have ended by now is counted.
 * @param deadline epoch ms before which to return
 */
export async function reconcile(deps: ReconcileDeps, deadline: number): Promise<ReconcileOutcome> {
  const { now, log, metric } = deps;
  const timetables = await deps.timetables();
  const open = await openSlots(deps, timetables);
  const days = await openDays(deps, timetables);
  const [newest, ...backlog] = open.toReversed();
  const some = backlog.slice(0, MOST_SLOTS);
  const known = await deps.runs.newest(now() + 1000, 3);
  const parts = partsFor(Math.max(0, ...known.map(({ accounts }) => accounts)));
  if (newest) {
    const jobs = jobsFor('close', slotText(newest.slot), parts);
    await doOrSend(deps, jobs, (job) => closeShard(deps, job, deadline));
  }
  const someDays = days.slice(-MOST_DAYS).toReversed();
  for (const day of someDays) await deps.sendBacklog(jobsFor('day', day, parts));
  for (const { slot } of some) await deps.sendBacklog(jobsFor('close', slotText(slot), parts));

  const late = now() - RECONCILE_LATE_MS;
  const unfinished =
    open.filter(({ until }) => until < late).length + days.filter((day) => daySpan(day).to < late).length;
  metric('RunsUnfinished', unfinished);
  log(unfinished > 0 ? 'warn' : 'info', 'reconcile', { outcome: 'sent', count: open.length, failed: unfinished });
  const slots = [...(newest ? [newest] : []), ...some].map(({ slot }) => slot);
  return { slots, days: someDays, unfinished };
}

/** Works on one job of a queue. @param deadline epoch ms before which to return */
export function reconcileJob(deps: ReconcileDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  switch (job.kind) {
    case 'close':
      return closeShard(deps, job, deadline);
    case 'judge':
      return judgeShard(deps, job, deadline);
    case 'day':
      return closeDayShard(deps, job, deadline);
    case 'plan':
      throw new Error('a job of the planner');
  }
}

/** The instant up to which slots and days are due, where the clock is behind the scheduler's; never one whose window is open. */
function dueUntil({ graceMs, now }: Pick<ReconcileDeps, 'graceMs' | 'now'>): number {
  return now() - Math.max(0, graceMs - SCHEDULER_SKEW_MS);
}

/** Slots that are due and not ended, ascending; from the oldest run known on, and always the newest one. */
async function openSlots(deps: ReconcileDeps, timetables: Timetables): Promise<TimedSlot[]> {
  const to = dueUntil(deps);
  const due = slotsIn(timetables, { from: to - RECONCILE_LOOK_BACK_MS, to }).filter(({ until }) => until <= to);
  const oldest = due[0]?.slot;
  const newest = due.at(-1)?.slot;
  if (oldest === undefined || newest === undefined) return [];
  const known = await deps.runs.runs({ from: oldest, to });
  const ended = new Set(known.filter(({ state }) => state === 'ended').map(({ slot }) => slot));
  const first = Math.min(newest, known[0]?.slot ?? newest);
  return due.filter(({ slot }) => slot >= first && !ended.has(slot));
}

/**
 * IST days that are over, all their slots due, without a run, as far back as all their slots are kept. A day row stays as it
 * is written, so a day waits while a run may still note what was expected on it: until a run does, or little more than an hour.
 */
async function openDays(deps: ReconcileDeps, timetables: Timetables): Promise<string[]> {
  const { runs } = deps;
  const last = istDay(daySpan(istDay(dueUntil(deps))).from - 1);
  const oldest = daySpan(last).to - (RAW_DAYS - 1) * DAY_MS;
  const first = await runs.first({ from: oldest, to: daySpan(last).to });
  if (first === undefined) return [];
  const ended = await runs.endedDays(istDay(first), last);
  return daysBetween(istDay(first), last).filter((day) => !ended.has(day) && isSettled(timetables, daySpan(day).to));
}
