import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage/settings.ts';

/** Six times the worker's time-out, as SQS asks; within a window of 300 s a failed account is tried three times. */
export const retrySeconds = 120;
/** Of the worker's 20 s: what it may spend on pacing its calls. */
const pacedSeconds = 12;

/** One message per watched account and slot; what cannot be worked on ends in the dead letters. */
export class SnapshotQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { key }: { readonly key: IKey }) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(retrySeconds),
      retentionPeriod: Duration.hours(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
  }

  /** The mapping's maximum concurrency, not the function's: reserved concurrency would throttle messages into dead letters. */
  feed(worker: LambdaFunction, snapshots: StageSettings['snapshots']): void {
    worker.addEventSourceMapping('Batches', {
      eventSourceArn: this.queue.queueArn,
      batchSize: batchSize(snapshots),
      maxBatchingWindow: Duration.seconds(1),
      maxConcurrency: snapshots.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}

/** Twice the worker's calls in flight (take-snapshots.ts): in batches of 100 the last 36 would have it half idle. */
const largestBatch = 128;

/** As many accounts as a worker can call in its time at the slowest partner's share of the rate. */
export function batchSize({ perSecond, maxConcurrency }: StageSettings['snapshots']): number {
  const slowest = Math.min(...Object.values(perSecond));
  return Math.max(1, Math.min(largestBatch, Math.floor((pacedSeconds * slowest) / maxConcurrency)));
}
