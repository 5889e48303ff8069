import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type BalanceEvent, balanceEventSchema, eventSource } from './events.ts';

/** Puts an event on the bus; rejects unless the bus has taken it. */
export type Publish = (event: BalanceEvent) => Promise<void>;

/** Puts one event on the bus; rejects also when EventBridge answers 200 and has not taken it. */
export function createPublish(client: Pick<EventBridgeClient, 'send'>, busName: string): Publish {
  return async (event) => {
    const Detail = JSON.stringify(balanceEventSchema.parse(event));
    const entry = { EventBusName: busName, Source: eventSource, DetailType: event.type, Detail };
    const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount > 0) throw new Error('PutEvents left the event untaken');
  };
}
