import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type AlertEvent, alertEventSchema, eventSource } from './events.ts';
import { type EventTitles, publishedEvent } from './published.ts';

/** Puts an event on the bus; rejects unless the bus has taken it. */
export type Publish = (event: AlertEvent) => Promise<void>;

/** An account, or all accounts of a company. */
type EventAbout = { readonly companyId: string; readonly cardAccountId?: string };

export type PublishDeps = {
  readonly client: Pick<EventBridgeClient, 'send'>;
  readonly busName: string;
  readonly titlesOf: (about: EventAbout) => Promise<EventTitles>;
};

const untitled: EventTitles = { companyName: null, accountTitle: null };

/** Puts one event on the bus; rejects also when EventBridge answers 200 and has not taken it. */
export function createPublish({ client, busName, titlesOf }: PublishDeps): Publish {
  return async (event) => {
    const known = alertEventSchema.parse(event);
    // A warning without a name is better than none.
    const titles = await titlesOf(known).catch(() => untitled);
    const Detail = JSON.stringify(publishedEvent(known, titles));
    const entry = { EventBusName: busName, Source: eventSource, DetailType: event.type, Detail };
    const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount > 0) throw new Error('PutEvents left the event untaken');
  };
}
