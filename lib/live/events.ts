import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createSendMail } from '../alerts/mail.ts';
import { readAsset } from '../assets.ts';
import { createEventStore } from '../balances/event-store.ts';
import { createTable } from '../balances/table.ts';
import { JOB_SDK } from '../budgets.ts';
import { awsRuntime, type EnvSource, envSchemas, readEnv } from '../env.ts';
import { grantsSchema } from '../grants.ts';
import { createSend } from '../snapshots/snapshot-queue.ts';
import type { Delivery } from '../webhooks/deliver.ts';
import { createWebhookSecrets } from '../webhooks/secrets.ts';
import { createSendWebhook } from '../webhooks/send.ts';
import { createSwitches } from '../webhooks/switches.ts';
import { type LiveOptions, liveDynamo, liveFetchSecret, liveHttp, liveTelemetry } from './enkash.ts';

const jobLimits = {
  maxAttempts: JOB_SDK.attempts,
  requestHandler: { connectionTimeout: JOB_SDK.connectMs, requestTimeout: JOB_SDK.callMs, throwOnRequestTimeout: true },
} as const;

function liveTable(tableName: string, source?: EnvSource) {
  return createTable({ client: liveDynamo(source), tableName, sleep });
}

/** As each builder of this folder. @throws Error that names the variable that is missing or wrong */
export function liveNotifyDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas['notify-people'], source);
  const client = new SNSClient({ ...awsRuntime(source), ...jobLimits });
  return { ...liveTelemetry(env.STAGE, write), sendMail: createSendMail(client, env.BALANCE_TOPIC_ARN) };
}

export function liveRecordDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas['record-events'], source);
  const events = createEventStore(liveTable(env.BALANCES_TABLE, source));
  return { ...liveTelemetry(env.STAGE, write), now: Date.now, events };
}

export function liveEventsDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['list-events'], options.env);
  return { ...liveHttp(env, options), events: createEventStore(liveTable(env.BALANCES_TABLE, options.env)) };
}

/** @param loopback the local stage alone delivers to this machine */
export function liveDeliverDeps({
  env: source,
  write,
  grants,
  loopback = false,
}: LiveOptions & { loopback?: boolean } = {}) {
  const env = readEnv(envSchemas['deliver-webhooks'], source);
  // As for the snapshots' queue: the SDK would send to the host of the queue's URL, past an emulator.
  const client = new SQSClient({ ...awsRuntime(source), ...jobLimits, useQueueUrlAsEndpoint: false });
  const QueueUrl = env.WEBHOOK_QUEUE_URL;
  const sendMessages = createSend(client, QueueUrl, sleep);
  return {
    ...liveTelemetry(env.STAGE, write),
    now: Date.now,
    subscriptions: env.WEBHOOKS,
    grants: grants ?? grantsSchema.parse(JSON.parse(readAsset('grants.json'))),
    secretsOf: createWebhookSecrets(liveFetchSecret(source), Date.now),
    send: createSendWebhook({ loopback }),
    switches: createSwitches(liveTable(env.BALANCES_TABLE, source)),
    async enqueue(deliveries: readonly Delivery[]) {
      if (deliveries.length === 0) return;
      // Ten at a time is what SQS takes; a group for each caller, so that one with many events delays nobody.
      for (let at = 0; at < deliveries.length; at += 10) {
        const batch = deliveries.slice(at, at + 10);
        await sendMessages(batch.map((delivery) => ({ partner: delivery.caller, body: JSON.stringify(delivery) })));
      }
    },
    async delay(ReceiptHandle: string, VisibilityTimeout: number) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    },
  };
}
