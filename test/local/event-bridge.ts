import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type AwsService, listenAwsJson } from './aws-json.ts';

const entrySchema = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  EventBusName: z.string().default('default'),
  Time: z.number().optional(),
  Resources: z.array(z.string()).optional(),
});
const putInput = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

/** An event that reached the bus, its detail parsed. */
export type BusEvent = {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly bus: string;
  readonly detail: unknown;
};
export type EventBridge = AwsService & {
  /** In order of arrival. */
  readonly events: readonly BusEvent[];
  /** Told of every event that is accepted from now on: what a rule's target would get. */
  onEvent(listener: (event: BusEvent) => void): void;
  /** The next entries are refused one by one, inside an HTTP 200 as EventBridge does. */
  refuseNext(entries: number): void;
};

const refused = (code: string) => ({ ErrorCode: code, ErrorMessage: 'The entry was not accepted.' });

/**
 * A stand-in for EventBridge's PutEvents.
 * @param onEvent told of every accepted event: what a rule's target would get
 */
export async function startEventBridge(onEvent: (event: BusEvent) => void = () => {}, port = 0): Promise<EventBridge> {
  const events: BusEvent[] = [];
  const listeners = [onEvent];
  let refusals = 0;

  function accept(entry: unknown) {
    if (refusals > 0) {
      refusals -= 1;
      return refused('InternalFailure');
    }
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success) return refused('InvalidArgument');
    const { Source: source, DetailType: detailType, EventBusName: bus, Detail } = parsed.data;
    const detail = parseObject(Detail);
    if (detail === undefined) return refused('MalformedDetail');
    const event = { id: randomUUID(), source, detailType, bus, detail };
    events.push(event);
    for (const listener of listeners) listener(event);
    return { EventId: event.id };
  }

  function putEvents(input: unknown) {
    const entries = putInput.parse(input).Entries.map(accept);
    return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
  }

  const service = await listenAwsJson('AWSEvents', { PutEvents: putEvents }, port);
  return {
    ...service,
    events,
    onEvent: (listener) => void listeners.push(listener),
    refuseNext: (entries) => {
      refusals = entries;
    },
  };
}

function parseObject(text: string): unknown {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
