import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DELIVER_LAMBDA_MS, WEBHOOK_RETRY_SECONDS } from '../../lib/budgets.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { webhookCallers } from '../stage/webhook-callers.ts';

/** Six times the function's time-out, as SQS asks; a failed attempt sets the wait of its own. */
const visibilityMs = 6 * DELIVER_LAMBDA_MS;

/** Events on their way to callers' systems, and the secrets that sign them. */
export class WebhookQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** Caller -> ARN. */
  readonly secrets: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, { key, callers }: { readonly key: IKey } & Pick<StageSettings, 'callers'>) {
    super(scope, id);
    const common = { encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.millis(visibilityMs),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: WEBHOOK_RETRY_SECONDS.length + 1 },
    });
    this.secrets = new Map(webhookCallers({ callers }).map((caller) => [caller, this.#secretOf(caller, key)]));
  }

  /** Made by Secrets Manager: 44 letters and digits are base64 of 33 bytes, so nobody has to fill it in. */
  #secretOf(caller: string, key: IKey): string {
    const secret = new CfnSecret(this, caller, {
      description: `Signs the webhooks of ${caller}`,
      kmsKeyId: key.keyArn,
      generateSecretString: { passwordLength: 44, excludePunctuation: true, includeSpace: false },
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return secret.ref;
  }

  /** Small batches: a receiver that takes its 10 s holds up no more than nine others. */
  feed(deliverer: LambdaFunction): void {
    deliverer.addEventSourceMapping('Batches', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: 5,
      reportBatchItemFailures: true,
    });
  }
}
