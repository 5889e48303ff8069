import { createTimetable } from '../../lib/slots.ts';
import { createQueue, createTable } from './aws.ts';
import { invoke } from './lambda.ts';
import { startQueueSource } from './queue-source.ts';
import { startSchedule } from './schedule.ts';
import type { createSnapshotFunctions } from './stage-functions.ts';

/** Deployed: 300 s and 60 s. The window is never longer than the period, so a short period has a short one. */
const lateSeconds = 300;
const graceSeconds = 1;
const workers = 2;
const mostReceives = 20;

const retrySecondsOf = (everySeconds: number) => Math.min(30, Math.max(1, Math.ceil(everySeconds / 2)));

/** The balances table and the queues; returns the variables that the functions of the snapshots read. */
export async function createSnapshotResources(queueEndpoint: string, everySeconds: number, balancesTable: string) {
  const options = { visibilitySeconds: retrySecondsOf(everySeconds), maxReceives: mostReceives };
  const [snapshots, plan, close, backlog] = await Promise.all([
    ...['local-snapshots', 'local-plan', 'local-close', 'local-backlog'].map((name) =>
      createQueue(queueEndpoint, name, options),
    ),
    createTable({ name: balancesTable, partitionKey: 'pk', sortKey: 'sk' }),
  ]);
  return {
    BALANCES_TABLE: balancesTable,
    SNAPSHOT_QUEUE_URL: snapshots?.url ?? '',
    PLAN_JOBS_URL: plan?.url ?? '',
    CLOSE_JOBS_URL: close?.url ?? '',
    BACKLOG_JOBS_URL: backlog?.url ?? '',
    EVENT_BUS_NAME: 'local-bus',
    SNAPSHOT_EVERY_SECONDS: `${everySeconds}`,
    SNAPSHOT_LATE_SECONDS: `${lateSeconds}`,
    SNAPSHOT_GRACE_SECONDS: `${graceSeconds}`,
    SNAPSHOT_MAX_CONCURRENCY: `${workers}`,
    PARTNER_RATES: '{}',
    MAX_WATCHED: '100',
  };
}

type Resources = Awaited<ReturnType<typeof createSnapshotResources>>;

export type SnapshotOptions = {
  readonly queueEndpoint: string;
  readonly resources: Resources;
  readonly everySeconds: number;
  readonly functions: ReturnType<typeof createSnapshotFunctions>;
};

/** EventBridge Scheduler and the queues' event sources, for the production planner, worker and reconciler. */
export function startSnapshots({ queueEndpoint, resources, everySeconds, functions }: SnapshotOptions) {
  const source = (queueUrl: string, functionName: string, handler: (typeof functions)[keyof typeof functions]) =>
    startQueueSource({ endpoint: queueEndpoint, queueUrl, functionName, handler, concurrency: workers });
  const sources = [
    source(resources.SNAPSHOT_QUEUE_URL, 'take-snapshot', functions.take),
    source(resources.PLAN_JOBS_URL, 'plan-snapshots', functions.plan),
    source(resources.CLOSE_JOBS_URL, 'reconcile-snapshots', functions.reconcile),
    source(resources.BACKLOG_JOBS_URL, 'reconcile-snapshots', functions.reconcile),
  ];
  const { windowMs } = createTimetable(everySeconds, lateSeconds);
  const schedules = [
    startSchedule({ everySeconds, fire: (slot) => invoke('plan-snapshots', functions.plan, { slot }) }),
    startSchedule({
      everySeconds,
      afterSeconds: windowMs / 1000 + graceSeconds,
      fire: (slot) => invoke('reconcile-snapshots', functions.reconcile, { slot }),
    }),
  ];
  return {
    async close(): Promise<void> {
      await Promise.all([...sources, ...schedules].map((running) => running.close()));
    },
  };
}
