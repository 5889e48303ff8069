import { jobQueues } from '../../infra/stage/snapshot-batches.ts';
import { RECONCILE_LAMBDA_MS } from '../../lib/budgets.ts';
import { DAY_MS } from '../../lib/calendar.ts';
import { windowOf } from '../../lib/slots.ts';
import type { JobMessage } from '../../lib/snapshots/job-message.ts';
import { jobDeadline } from '../../lib/snapshots/job-queue.ts';
import { reconcile, reconcileJob } from '../../lib/snapshots/reconcile.ts';
import { createJobs } from '../rigs/jobs.ts';
import { createMemoryTable } from '../rigs/memory-table.ts';
import { midnight, quarterHours } from '../rigs/samples.ts';

const HOUR_MS = 3_600_000;
const AFTER_WINDOW_MS = 60_000;
/** What the queue's poll and a job that finds nothing to do take. */
const LEAST_MS = 50;

/** What an account costs, in ms. */
type Costs = Readonly<Record<JobMessage['kind'], number>>;
type Queued = { readonly job: JobMessage; readonly at: number; readonly leftMs: number };

/**
 * The production reconciler after it was off, in virtual time: its jobs wait in two queues, and run on as many instances
 * as the queues feed, each for as long as its accounts take by what was measured.
 * @returns hours until every slot and day was ended, and minutes after which the newest slot was, at the latest
 */
export async function playBacklog(options: {
  readonly offMs: number;
  readonly accounts: number;
  readonly costs: Costs;
}) {
  const { offMs, accounts, costs } = options;
  const { world, deps, watch } = createJobs(createMemoryTable());
  await watch();
  const start = midnight + offMs;
  const begin = async (slot: number): Promise<void> => {
    await deps.runs.begin(slot);
    await deps.runs.planned(slot, { planned: accounts, suspended: 0 });
  };
  for (let slot = midnight; slot < start; slot += quarterHours.periodMs) await begin(slot);

  const close = createInstances(jobQueues.close);
  const backlog = createInstances(jobQueues.backlog);
  const work = async (job: JobMessage): Promise<void> => void (await reconcileJob(deps, job, Number.POSITIVE_INFINITY));
  const send = (queue: ReturnType<typeof createInstances>, jobs: JobMessage[], now: number): void => {
    for (const job of jobs.splice(0)) queue.add({ job, at: now, leftMs: (costs[job.kind] * accounts) / job.of });
  };
  let latest = 0;
  for (let slot = start; slot < start + DAY_MS; slot += quarterHours.periodMs) {
    await begin(slot);
    const fired = windowOf(quarterHours, slot).to + AFTER_WINDOW_MS;
    world.now = fired;
    const { unfinished } = await reconcile(deps, Number.POSITIVE_INFINITY);
    if (unfinished === 0) return { hours: (fired - start) / HOUR_MS, newestMinutes: latest / 60_000 };
    send(close, world.closeJobs, fired);
    send(backlog, world.backlogJobs, fired);
    const until = fired + quarterHours.periodMs;
    latest = Math.max(latest, (await close.run(until, work)) - fired);
    await backlog.run(until, work);
  }
  return { hours: Number.POSITIVE_INFINITY, newestMinutes: latest / 60_000 };
}

/** Instances of Lambda that a queue feeds: first come, first served; a job whose time is up goes to the end. */
function createInstances({ atOnce }: { readonly atOnce: number }) {
  const waiting: Queued[] = [];
  const freeAt = Array.from({ length: atOnce }, () => 0);
  const done = new Set<string>();
  const mostMs = jobDeadline(0, { getRemainingTimeInMillis: () => RECONCILE_LAMBDA_MS });
  return {
    add: (queued: Queued): void => void waiting.push(queued),
    /** Runs what can begin before `until`. @returns when the last job of it was done */
    async run(until: number, work: (job: JobMessage) => Promise<void>): Promise<number> {
      let last = 0;
      for (;;) {
        const first = freeAt.indexOf(Math.min(...freeAt));
        const begins = Math.max(freeAt[first] ?? 0, waiting[0]?.at ?? 0);
        const next = begins < until ? waiting.shift() : undefined;
        if (!next) return last;
        const name = JSON.stringify(next.job);
        const takes = done.has(name) ? LEAST_MS : Math.min(Math.max(next.leftMs, LEAST_MS), mostMs);
        const ends = begins + takes;
        freeAt[first] = ends;
        last = Math.max(last, ends);
        if (takes < next.leftMs && !done.has(name)) {
          waiting.push({ ...next, at: ends, leftMs: next.leftMs - takes });
        } else {
          await work(next.job);
          done.add(name);
        }
      }
    },
  };
}
