import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createTable } from '../balances/table.ts';
import { JOB_SDK } from '../budgets.ts';
import { awsRuntime, envSchemas, readEnv } from '../env.ts';
import { createDelay, createSend } from '../snapshots/snapshot-queue.ts';
import type { Delivery } from '../webhooks/deliver.ts';
import { createWebhookSecrets } from '../webhooks/secrets.ts';
import { createSendWebhook } from '../webhooks/send.ts';
import { createSwitches } from '../webhooks/switches.ts';
import { type LiveOptions, liveDynamo, liveFetchSecret, liveGrants, liveTelemetry } from './enkash.ts';
import { sdkLimits } from './sdk-limits.ts';

const jobLimits = sdkLimits(JOB_SDK);

// A file of its own: the libraries of the webhooks are CommonJS, which no bundler leaves out by halves.

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
    grants: liveGrants(grants),
    secretsOf: createWebhookSecrets(liveFetchSecret(source), Date.now),
    send: createSendWebhook({ loopback }),
    switches: createSwitches(createTable({ client: liveDynamo(source), tableName: env.BALANCES_TABLE, sleep })),
    async enqueue(deliveries: readonly Delivery[]) {
      if (deliveries.length === 0) return;
      // Ten at a time is what SQS takes; a group for each caller, so that one with many events delays nobody.
      for (let at = 0; at < deliveries.length; at += 10) {
        const batch = deliveries.slice(at, at + 10);
        await sendMessages(batch.map((delivery) => ({ partner: delivery.caller, body: JSON.stringify(delivery) })));
      }
    },
    delay: createDelay(client, QueueUrl),
  };
}
