import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage/stage-schema.ts';
import { BalanceEvents } from './balance-events.ts';
import { BalancesTable } from './balances-table.ts';
import { DataKey, ofThisAccount } from './data-key.ts';
import { JobQueues } from './job-queues.ts';
import { failedInvocations, Schedules } from './schedules.ts';
import { SnapshotQueue } from './snapshot-queue.ts';

export interface SnapshotsProps {
  readonly settings: StageSettings;
}

/** The functions by their names. */
type FunctionOf = (name: 'plan-snapshots' | 'take-snapshot' | 'reconcile-snapshots') => LambdaFunction;

/** Balances over time: schedule -> planner -> queue -> worker -> table and events; the reconciler closes what is due. Planner and reconciler split their work by shard, through queues of jobs. */
export class Snapshots extends Construct {
  readonly balances: BalancesTable;
  readonly messageKey: DataKey;
  readonly queue: SnapshotQueue;
  readonly failures: Queue;
  readonly jobs: JobQueues;
  readonly events: BalanceEvents;
  readonly #settings: StageSettings;

  constructor(scope: Construct, id: string, { settings }: SnapshotsProps) {
    super(scope, id);
    this.#settings = settings;
    this.balances = new BalancesTable(this, 'Balances', settings);
    this.messageKey = new DataKey(this, 'MessageKey', {
      description: 'Snapshot messages and balance events',
      services: [
        // EventBridge meets no condition when it publishes to an encrypted topic (SNS guide, "Key management").
        { service: 'events.amazonaws.com', conditions: {} },
        // What no mailbox took, SNS puts into the queue of failures.
        ofThisAccount('sns.amazonaws.com'),
      ],
    });
    const { key } = this.messageKey;
    this.queue = new SnapshotQueue(this, 'Snapshots', { key });
    this.failures = failedInvocations(this, key);
    this.jobs = new JobQueues(this, 'Jobs', { key, failures: this.failures });
    this.events = new BalanceEvents(this, 'Events', { key, settings, failures: this.failures });
  }

  /** Starts the clock: the functions have names only after the table, the queue and the bus have. */
  start(functionOf: FunctionOf): void {
    const [planner, reconciler] = [functionOf('plan-snapshots'), functionOf('reconcile-snapshots')];
    this.queue.feed(functionOf('take-snapshot'), this.#settings.snapshots);
    this.jobs.feed({ planner, reconciler });
    const { failures, messageKey } = this;
    const settings = this.#settings;
    new Schedules(this, 'Schedules', { settings, planner, reconciler, failures, messageKey: messageKey.key });
  }
}
