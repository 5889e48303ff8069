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

const retrySecondsOf = (everySeconds: number) => Math.min(30, Math.max(1, Math.ceil(everySeconds / 2)));

/** The balances table and the queue; returns the variables that the functions of the snapshots read. */
export async function createSnapshotResources(queueEndpoint: string, everySeconds: number, balancesTable: string) {
  const retrySeconds = retrySecondsOf(everySeconds);
  const [queue] = await Promise.all([
    createQueue(queueEndpoint, 'local-snapshots', { visibilitySeconds: retrySeconds, maxReceives: 10 }),
    createTable({ name: balancesTable, partitionKey: 'pk', sortKey: 'sk' }),
  ]);
  return {
    BALANCES_TABLE: balancesTable,
    SNAPSHOT_QUEUE_URL: queue.url,
    EVENT_BUS_NAME: 'local-bus',
    SNAPSHOT_EVERY_SECONDS: `${everySeconds}`,
    SNAPSHOT_LATE_SECONDS: `${lateSeconds}`,
    SNAPSHOT_GRACE_SECONDS: `${graceSeconds}`,
    SNAPSHOT_MAX_CONCURRENCY: `${workers}`,
    PARTNER_RATES: '{}',
    MAX_WATCHED: '100',
  };
}

export type SnapshotOptions = {
  readonly queueEndpoint: string;
  readonly queueUrl: string;
  readonly everySeconds: number;
  readonly functions: ReturnType<typeof createSnapshotFunctions>;
};

/** EventBridge Scheduler and the queue's event source, for the production planner, worker and reconciler. */
export function startSnapshots({ queueEndpoint, queueUrl, everySeconds, functions }: SnapshotOptions) {
  const source = startQueueSource({
    endpoint: queueEndpoint,
    queueUrl,
    functionName: 'take-snapshot',
    handler: functions.take,
    concurrency: workers,
  });
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
      await Promise.all([source, ...schedules].map((running) => running.close()));
    },
  };
}
