import * as z from 'zod/mini';
import { type PublishedEvent, publishedEventSchema } from '../alerts/published.ts';
import { WEBHOOK_RETRY_SECONDS } from '../budgets.ts';
import type { Grants } from '../grants.ts';
import { parseJson } from '../json.ts';
import { describeUnexpected, type Log } from '../log.ts';
import type { Metric } from '../metrics.ts';
import type { Subscriptions } from '../subscriptions.ts';
import { type Attempt, outcomes, type SendWebhook } from './send.ts';
import { mayKnow, subscribersOf } from './subscribers.ts';
import type { Switches } from './switches.ts';

/** One event for one caller, as it waits in the queue. */
const deliverySchema = z.strictObject({ caller: z.string(), event: publishedEventSchema });
export type Delivery = z.infer<typeof deliverySchema>;

/** A message of the queue. */
export type Received = {
  readonly id: string;
  readonly body: string;
  /** From 1. */
  readonly attempt: number;
  /** By which the queue can be told when it comes again. */
  readonly receipt: string;
};

export type DeliverDeps = {
  readonly subscriptions: Subscriptions;
  readonly grants: Grants;
  /** The current secret first, then the one before. */
  readonly secretsOf: (secretId: string) => Promise<readonly string[]>;
  readonly send: SendWebhook;
  readonly switches: Switches;
  readonly enqueue: (deliveries: readonly Delivery[]) => Promise<void>;
  /** Makes the message come again after so many seconds. */
  readonly delay: (receipt: string, seconds: number) => Promise<void>;
  readonly log: Log;
  readonly metric: Metric;
};

/**
 * An event from the bus becomes one message for each caller, so that a receiver that is down holds up nobody else; such a
 * message is one attempt. A caller's own trouble is never another caller's.
 * @returns the ids of the messages that must come back
 */
export async function deliverAll(deps: DeliverDeps, batch: readonly Received[]): Promise<string[]> {
  const done = await Promise.all(batch.map((message) => isDone(deps, message)));
  return batch.filter((_, index) => !done[index]).map(({ id }) => id);
}

async function isDone(deps: DeliverDeps, message: Received): Promise<boolean> {
  try {
    const body = parseJson(message.body);
    const event = publishedEventSchema.safeParse(body);
    if (event.success) {
      const callers = subscribersOf(event.data, deps.subscriptions, deps.grants);
      await deps.enqueue(callers.map((caller) => ({ caller, event: event.data })));
      return true;
    }
    return await attempt(deps, deliverySchema.parse(body), message);
  } catch (error) {
    deps.log('error', 'webhook', { outcome: 'unexpected', requestId: message.id, ...describeUnexpected(error) });
    return false;
  }
}

/** @returns false when the message must come back; what came back too often ends in the dead letters */
async function attempt(deps: DeliverDeps, { caller, event }: Delivery, message: Received): Promise<boolean> {
  const subscription = Object.hasOwn(deps.subscriptions, caller) ? deps.subscriptions[caller] : undefined;
  // Settings may have changed while the message waited.
  if (!subscription || !mayKnow(event, deps.grants, caller)) return true;
  if (await deps.switches.isOff(caller, subscription.url)) {
    report(deps, caller, event, { outcome: 'off', status: null }, message.attempt);
    return true;
  }
  const secrets = await deps.secretsOf(subscription.secretId);
  const result = await deps.send(subscription.url, toMessage(event), secrets);
  report(deps, caller, event, result, message.attempt);
  if (result.outcome === 'gone') await deps.switches.turnOff(caller, subscription.url);
  if (result.outcome === 'delivered' || result.outcome === 'gone') return true;
  const wait = WEBHOOK_RETRY_SECONDS[message.attempt - 1];
  if (wait !== undefined) await deps.delay(message.receipt, wait);
  return false;
}

/** What became of a test; `no-webhook`: the settings of the deployed stage name none for the caller. */
export const testAnswer = z.object({
  outcome: z.enum([...outcomes, 'no-webhook']),
  status: z.nullable(z.int()),
});
export type TestAnswer = z.infer<typeof testAnswer>;

/** A made-up event for the caller's receiver, whether or not it is switched off; an answer switches it on again. */
export async function sendTest(deps: DeliverDeps, caller: string, event: PublishedEvent): Promise<TestAnswer> {
  const subscription = Object.hasOwn(deps.subscriptions, caller) ? deps.subscriptions[caller] : undefined;
  if (!subscription) return { outcome: 'no-webhook', status: null };
  const result = await deps.send(subscription.url, toMessage(event), await deps.secretsOf(subscription.secretId));
  if (result.outcome === 'delivered') await deps.switches.turnOn(caller);
  report(deps, caller, event, result, 1);
  return result;
}

function toMessage(event: PublishedEvent) {
  return { id: event.data.eventId, body: JSON.stringify(event) };
}

type Reported = { readonly outcome: Attempt['outcome'] | 'off'; readonly status: number | null };

function report(deps: DeliverDeps, caller: string, event: PublishedEvent, reported: Reported, attempt: number): void {
  const { outcome, status } = reported;
  const level = outcome === 'delivered' ? 'info' : 'warn';
  const answered = status === null ? {} : { status };
  deps.log(level, 'webhook', { caller, eventId: event.data.eventId, outcome, attempt, ...answered });
  deps.metric('Webhooks', 1, { caller, outcome });
  if (outcome !== 'delivered') deps.metric('WebhookFailures', 1, { caller });
}
