import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { jobQueues } from '../stage/snapshot-batches.ts';

export interface JobQueuesProps {
  readonly key: IKey;
  /** Where jobs go that failed for good. */
  readonly failures: Queue;
}

/** A job comes back so often while somebody is at it, or while an account in it is broken. */
const mostReceives = 20;

/** One job for each shard of a slot or a day: to plan, to close what is newest, and to close what nobody waits for. */
export class JobQueues extends Construct {
  readonly plan: Queue;
  readonly close: Queue;
  readonly backlog: Queue;

  constructor(scope: Construct, id: string, { key, failures }: JobQueuesProps) {
    super(scope, id);
    const queue = (name: string, visibilitySeconds: number): Queue =>
      new Queue(this, name, {
        encryption: QueueEncryption.KMS,
        encryptionMasterKey: key,
        enforceSSL: true,
        visibilityTimeout: Duration.seconds(visibilitySeconds),
        retentionPeriod: Duration.days(1),
        deadLetterQueue: { queue: failures, maxReceiveCount: mostReceives },
      });
    this.plan = queue('Plan', jobQueues.plan.visibilitySeconds);
    this.close = queue('Close', jobQueues.close.visibilitySeconds);
    this.backlog = queue('Backlog', jobQueues.backlog.visibilitySeconds);
  }

  get urls() {
    const { plan, close, backlog } = this;
    return { planJobsUrl: plan.queueUrl, closeJobsUrl: close.queueUrl, backlogJobsUrl: backlog.queueUrl };
  }

  get arns() {
    return { planJobsArn: this.plan.queueArn, closeJobsArns: [this.close.queueArn, this.backlog.queueArn] };
  }

  feed({ planner, reconciler }: { readonly planner: LambdaFunction; readonly reconciler: LambdaFunction }): void {
    const map = (lambda: LambdaFunction, id: string, queue: Queue, atOnce: number) =>
      lambda.addEventSourceMapping(id, {
        eventSourceArn: queue.queueArn,
        batchSize: 1,
        maxConcurrency: atOnce,
        reportBatchItemFailures: true,
      });
    map(planner, 'PlanJobs', this.plan, jobQueues.plan.atOnce);
    map(reconciler, 'CloseJobs', this.close, jobQueues.close.atOnce);
    map(reconciler, 'BacklogJobs', this.backlog, jobQueues.backlog.atOnce);
  }
}
