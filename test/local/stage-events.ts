import { randomBytes } from 'node:crypto';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createHandler as createDeliverWebhooks } from '../../functions/deliver-webhooks.ts';
import { createHandler as createNotifyPeople } from '../../functions/notify-people.ts';
import { createHandler as createRecordEvents } from '../../functions/record-events.ts';
import { DELIVER_LAMBDA_MS, WEBHOOK_RETRY_SECONDS } from '../../lib/budgets.ts';
import type { LiveOptions } from '../../lib/live/enkash.ts';
import * as events from '../../lib/live/events.ts';
import { liveDeliverDeps } from '../../lib/live/webhooks.ts';
import { mayBeTarget } from '../../lib/webhooks/send.ts';
import { createQueue } from './aws.ts';
import type { BusEvent, EventBridge } from './event-bridge.ts';
import { invoke, type LambdaHandler } from './lambda.ts';
import { startQueueSource } from './queue-source.ts';
import { StageSettingsError } from './stage-settings.ts';

/** Where the first caller's events go, and what signs them. */
export type Forwarding = { readonly url: string; readonly secret: string };

export const forwardingSecretId = 'webhook/erp';

/** With a new secret at every start. @throws StageSettingsError */
export function forwardingTo(url: string | undefined): Forwarding | undefined {
  if (url !== undefined && !mayBeTarget(url, true))
    throw new StageSettingsError('--forward-to: must be http:// on this machine, or https:// on a public host');
  return url === undefined ? undefined : { url, secret: `whsec_${randomBytes(24).toString('base64')}` };
}

/** The topic of the mails and the queue of the webhooks; returns the variables that their functions read. */
export async function createEventResources(forwarding: Forwarding | undefined, env: NodeJS.ProcessEnv) {
  const { AWS_ENDPOINT_URL_SQS: queueEndpoint = '' } = env;
  const sns = new SNSClient({});
  const [queue, { TopicArn = '' }] = await Promise.all([
    createQueue(queueEndpoint, 'local-webhooks', {
      visibilitySeconds: 60,
      maxReceives: WEBHOOK_RETRY_SECONDS.length + 1,
    }),
    sns.send(new CreateTopicCommand({ Name: 'local-balances' })),
  ]);
  sns.destroy();
  const subscription = forwarding && { erp: { url: forwarding.url, secretId: forwardingSecretId } };
  return {
    BALANCE_TOPIC_ARN: TopicArn,
    WEBHOOK_QUEUE_URL: queue.url,
    WEBHOOKS: JSON.stringify(subscription ?? {}),
  };
}

/** The bus's rule and the queue's event source, for the production functions that tell people and systems. */
export function startEvents(bus: EventBridge | undefined, options: Required<LiveOptions>, queueUrl: string) {
  const endpoint = options.env.AWS_ENDPOINT_URL_SQS ?? '';
  const sqs = new SQSClient({ endpoint });
  const targets: Readonly<Record<string, LambdaHandler>> = {
    'record-events': createRecordEvents(events.liveRecordDeps(options)),
    'notify-people': createNotifyPeople(events.liveNotifyDeps(options)),
  };
  const running = new Set<Promise<unknown>>();
  /** Given up at once where EventBridge would try again for a day. */
  function track(work: Promise<unknown>): void {
    const settled = work.catch(() => {}).finally(() => running.delete(settled));
    running.add(settled);
  }

  bus?.onEvent((event: BusEvent) => {
    const envelope = { id: event.id, source: event.source, 'detail-type': event.detailType, detail: event.detail };
    for (const [name, handler] of Object.entries(targets)) track(invoke(name, handler, envelope));
    track(sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(event.detail) })));
  });
  const source = startQueueSource({
    endpoint,
    queueUrl,
    functionName: 'deliver-webhooks',
    handler: createDeliverWebhooks(liveDeliverDeps({ ...options, loopback: true })),
    timeoutMs: DELIVER_LAMBDA_MS,
  });
  return {
    async close(): Promise<void> {
      await Promise.all(running);
      await source.close();
      sqs.destroy();
    },
  };
}
