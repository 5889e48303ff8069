import { sumTallies } from '../balances/job-store.ts';
import type { RunStore } from '../balances/run-store.ts';
import type { TimetableStore } from '../balances/timetable-store.ts';
import { timetablesOf } from '../balances/timetable-store.ts';
import type { Watch, WatchStore } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { SCHEDULER_SKEW_MS } from '../budgets.ts';
import { slotText } from '../instants.ts';
import type { Metric } from '../metrics.ts';
import { isSlot, type Timetable, windowOf } from '../slots.ts';
import { eraFrom, hourBefore, isSameTimetable, slotsBefore } from '../timetables.ts';
import { doOrSend, type JobMessage, jobsFor, partsFor, type SendJobs } from './job-message.ts';
import type { WorkJobsDeps } from './job-queue.ts';
import { type PlanWatchesDeps, planWatches } from './plan-watches.ts';
import { type JobOutcome, type RunJobDeps, runJob } from './run-job.ts';
import type { MessageBody } from './snapshot-message.ts';

export type Outgoing = { readonly partner: string; readonly body: string };

export type PlanDeps = PlanWatchesDeps &
  RunJobDeps &
  WorkJobsDeps & {
    readonly watches: Pick<WatchStore, 'page' | 'put' | 'get'>;
    readonly runs: Pick<RunStore, 'begin' | 'planned' | 'runs' | 'newest'>;
    readonly timetables: TimetableStore;
    /** Sends up to ten messages; rejects when one of them was not taken. */
    readonly send: (batch: readonly Outgoing[]) => Promise<void>;
    readonly sendJobs: SendJobs;
    readonly metric: Metric;
    /** The one of the settings. */
    readonly timetable: Timetable;
  };

export type PlanOutcome =
  | 'planning'
  | 'already-planned'
  /** The window is over: nothing is sent, and the reconciler writes `missed`. */
  | 'late'
  /** Nothing is begun, so that the slot is planned when its time comes. */
  | 'early'
  | 'not-a-slot';

/** SendMessageBatch takes ten. */
const BATCH = 10;
const SENDS_AT_ONCE = 32;

/**
 * Begins a slot: a job for each part of the registry. A second firing sends again what a crash may have kept back.
 * @param deadline epoch ms before which to return
 */
export async function planSlot(deps: PlanDeps, slot: number, deadline: number): Promise<PlanOutcome> {
  const { timetable, now, log, metric } = deps;
  const done = (outcome: PlanOutcome): PlanOutcome => {
    log(outcome === 'planning' ? 'info' : 'warn', 'plan', { slot: slotText(slot), outcome });
    return outcome;
  };
  if (!isSlot(timetable, slot)) return done('not-a-slot');
  if (now() >= windowOf(timetable, slot).to) return done('late');
  if (now() < slot - SCHEDULER_SKEW_MS) return done('early');
  await noteTimetable(deps, slot);
  if (!(await deps.runs.begin(slot))) return done('already-planned');
  const [last] = await deps.runs.newest(slot, 1);
  metric('SlotsBegun', 1);
  await doOrSend(deps, jobsFor('plan', slotText(slot), partsFor(last?.accounts ?? 0)), (job) =>
    planShard(deps, job, deadline),
  );
  return done('planning');
}

/** Sends one message for each account of a part that is watched in the slot. @param deadline epoch ms before which to return */
export async function planShard(deps: PlanDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  const slot = Date.parse(job.at);
  const until = windowOf(deps.timetable, slot).to;
  if (deps.now() >= until) return 'done';
  const [previous] = slotsBefore(timetablesOf(await deps.timetables.eras(), deps.timetable), slot, 1);
  const outcome = await runJob(deps, job, deadline, {
    async page(watches) {
      const { due, suspended } = await planWatches(deps, watches, slot);
      await forEachLimit(inBatches(messagesOf(due, { slot, until, previous }), BATCH), SENDS_AT_ONCE, deps.send);
      return { counts: { planned: due.length, suspended }, broken: [] };
    },
    patientUntil: until,
    givenUp: () => ({}),
  });
  if (outcome === 'done') await endPlan(deps, slot, job.of);
  return outcome;
}

/** The last part to be done says so of the slot. */
async function endPlan({ jobs, runs, log }: PlanDeps, slot: number, of: number): Promise<void> {
  const parts = await jobs.allDone('plan', slotText(slot), of);
  if (!parts) return;
  const { planned = 0, suspended = 0 } = sumTallies(parts.map(({ tally }) => tally)).counts;
  if (!(await runs.planned(slot, { planned, suspended }))) return;
  log('info', 'plan', { slot: slotText(slot), outcome: 'planned', count: planned });
  if (suspended > 0) log('warn', 'plan', { slot: slotText(slot), outcome: 'suspended', count: suspended });
}

/** Notes a timetable that no run has seen before; what came before it keeps its own. */
async function noteTimetable({ timetables, timetable, runs }: PlanDeps, slot: number): Promise<void> {
  const last = (await timetables.eras()).at(-1);
  if (!last) return timetables.begin({ from: 0, timetable });
  if (isSameTimetable(last.timetable, timetable) || slot < last.from) return;
  const planned = await runs.runs(hourBefore(slot));
  await timetables.begin(eraFrom(timetable, slot, planned.at(-1)?.slot));
}

type Turn = { readonly slot: number; readonly until: number; readonly previous: number | undefined };

function messagesOf(watches: readonly Watch[], turn: Turn): Outgoing[] {
  return watches.map((watch) => ({ partner: watch.partner, body: JSON.stringify(messageOf(watch, turn)) }));
}

function messageOf(watch: Watch, { slot, until, previous }: Turn): MessageBody {
  const { partner, companyId, cardAccountId, edition, rules } = watch;
  return {
    ...{ v: 1, slot: slotText(slot), until, partner, companyId, cardAccountId, edition },
    ...(previous !== undefined && { previous }),
    ...(Object.keys(rules).length > 0 && { rules }),
  };
}
