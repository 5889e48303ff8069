import type { AlertEvent } from '../../lib/alerts/events.ts';
import type { Rule } from '../../lib/alerts/rule.ts';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { createDayStore } from '../../lib/balances/day-store.ts';
import { createJobStore } from '../../lib/balances/job-store.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createReadingsStore } from '../../lib/balances/readings-store.ts';
import { createRunStore } from '../../lib/balances/run-store.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import type { Table } from '../../lib/balances/table.ts';
import { createTimetableStore, readTimetables } from '../../lib/balances/timetable-store.ts';
import { createWatchQuota } from '../../lib/balances/watch-quota.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import { type Grants, partnersByGrants } from '../../lib/grants.ts';
import { slotText } from '../../lib/instants.ts';
import type { Timetable } from '../../lib/slots.ts';
import type { JobMessage } from '../../lib/snapshots/job-message.ts';
import { type Outgoing, type PlanDeps, planShard, planSlot } from '../../lib/snapshots/plan-slot.ts';
import { type ReconcileDeps, reconcile, reconcileJob } from '../../lib/snapshots/reconcile.ts';
import type { JobOutcome } from '../../lib/snapshots/run-job.ts';
import { account, midnight, quarterHours, rulesOf, watchOf } from './samples.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/** The production planner and reconciler over a table, with their queues in hand and a clock to set. */
export function createJobs(table: Table) {
  let owners = 0;
  const world = {
    now: midnight + 1_000,
    sent: [] as Outgoing[],
    batches: [] as number[],
    outcomes: [] as string[],
    published: [] as AlertEvent[],
    metrics: {} as Record<string, number>,
    busDown: false,
    timetable: quarterHours as Timetable,
    /** Undefined: every account is granted through acme. */
    grants: undefined as Grants | undefined,
    planJobs: [] as JobMessage[],
    closeJobs: [] as JobMessage[],
    backlogJobs: [] as JobMessage[],
  };
  const now = () => world.now;
  const watches = createWatchStore(table);
  const timetables = createTimetableStore(table);
  const common = {
    ...{ now, watches, runs: createRunStore(table, now), quota: createWatchQuota(table, now) },
    jobs: createJobStore(table, now),
    partnerOf: (watch: Parameters<PlanDeps['partnerOf']>[0]) =>
      world.grants ? partnersByGrants(world.grants)(watch) : 'acme',
    newOwner: () => {
      owners += 1;
      return `owner-${owners}`;
    },
    log: (_level: string, _event: string, { outcome = '' }) => void world.outcomes.push(outcome),
    sendAgain: async () => {},
    metric: (name: string, value: number) => {
      world.metrics[name] = value;
    },
  };
  const planDeps: PlanDeps = {
    ...common,
    timetables,
    get timetable() {
      return world.timetable;
    },
    send: async (batch) => {
      world.batches.push(batch.length);
      world.sent.push(...batch);
    },
    sendJobs: async (jobs) => void world.planJobs.push(...jobs),
  };
  const deps: ReconcileDeps = {
    ...common,
    timetables: () => readTimetables({ timetables, runs: common.runs }, world.timetable, now()),
    slots: createSlotStore(table, now),
    days: createDayStore(table),
    latest: createLatestStore(table),
    alerts: createAlertsStore(table),
    readings: createReadingsStore(table),
    readRows: createReadRows(table),
    callers: ['erp'],
    graceMs: 60_000,
    publish: async (event) => {
      if (world.busDown) throw new Error('bus down');
      world.published.push(event);
    },
    sendJobs: async (jobs) => void world.closeJobs.push(...jobs),
    sendBacklog: async (jobs) => void world.backlogJobs.push(...jobs),
  };

  /** Works on all jobs of a queue, as often as they are not done. @returns those that must come back later */
  async function drain(queue: JobMessage[], work: (job: JobMessage) => Promise<JobOutcome>): Promise<JobMessage[]> {
    const later: JobMessage[] = [];
    for (let job = queue.shift(); job; job = queue.shift()) {
      const outcome = await work(job).catch(() => 'later' as const);
      if (outcome === 'unfinished') queue.push(job);
      if (outcome === 'later') later.push(job);
    }
    return later;
  }

  const watch = (of = account, start = midnight, by: Rule | null = null, end: number | null = null) =>
    watches.put(watchOf({ ...of, start, end, rules: by ? rulesOf(by, start) : {} }), undefined);
  return {
    ...{ world, planDeps, deps, watch, drain },
    watches,
    latest: createLatestStore(table),
    days: createDayStore(table),
    /** Plans a slot whole. */
    async plan(slot: number, changed: Partial<PlanDeps> = {}) {
      const outcome = await planSlot({ ...planDeps, ...changed }, slot, WHOLE);
      const later = await drain(world.planJobs, (job) => planShard({ ...planDeps, ...changed }, job, WHOLE));
      return { outcome, later };
    },
    /** Fires the reconciler and works on all that it sends. */
    async run(changed: Partial<ReconcileDeps> = {}, deadline = WHOLE) {
      const all = { ...deps, ...changed };
      const sent = await reconcile(all, deadline);
      const work = (job: JobMessage) => reconcileJob(all, job, deadline);
      const later = [...(await drain(world.closeJobs, work)), ...(await drain(world.backlogJobs, work))];
      return { ...sent, later };
    },
    /** The run row of a slot. */
    runOf: (slot: number) => table.get({ pk: 'runs', sk: `slot#${slotText(slot)}` }),
  };
}
