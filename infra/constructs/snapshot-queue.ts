import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { batchSize, mostReceives, retrySeconds } from '../stage/snapshot-batches.ts';
import type { StageSettings } from '../stage/stage-schema.ts';

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
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: mostReceives },
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
