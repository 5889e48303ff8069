import * as z from 'zod/mini';
import { type PublishedEvent, publishedEventSchema } from '../alerts/published.ts';
import { DAY_MS, daySpan } from '../calendar.ts';
import { instantText } from '../instants.ts';
import { keys, queries } from './keys.ts';
import { jsonAttribute, parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

/** So long an event can be asked for. */
export const EVENT_DAYS = 30;

type StoredEvent = {
  /** Sort key: where the next page goes on. */
  readonly position: string;
  readonly event: PublishedEvent;
};

type EventPage = { readonly items: readonly StoredEvent[]; readonly complete: boolean };

export type EventStore = {
  /** @param arrivedAt epoch ms: events are listed in this order, so that whoever has read up to one misses none */
  add(event: PublishedEvent, arrivedAt: number): Promise<void>;
  /** A company's events of one IST day after a position or an instant (not with it) and before `to`, at most `limit`. */
  page(companyId: string, day: string, after: string, to: number, limit: number): Promise<EventPage>;
};

const eventItem = z.object({ v: version, sk: z.string(), event: jsonAttribute(publishedEventSchema) });

/** The events of the last 30 days in the balances table. */
export function createEventStore(table: Table): EventStore {
  return {
    async add(event, arrivedAt) {
      const { companyId, eventId } = event.data;
      const expiresAt = Math.ceil((arrivedAt + EVENT_DAYS * DAY_MS) / 1000);
      await table.put(keys.event(companyId, arrivedAt, eventId), {
        v: VERSION,
        event: JSON.stringify(event),
        expiresAt,
      });
    },

    async page(companyId, day, after, to, limit) {
      const { from, to: end } = daySpan(day);
      // A space comes before every sign that follows a position or an instant.
      const first = `${after === '' ? instantText(from) : after} `;
      const last = instantText(Math.min(end, to));
      // DynamoDB refuses a span that ends before it begins.
      if (first >= last) return { items: [], complete: true };
      const page = await table.query(queries.events(companyId, day, first, last), { limit });
      const rows = page.items.map((item) => parseRow(eventItem, item));
      const items = rows.flatMap(({ sk, event }) => (event === null ? [] : [{ position: sk, event }]));
      return { items, complete: page.after === undefined };
    },
  };
}
