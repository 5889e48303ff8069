import * as z from 'zod/mini';
import { companyId } from '../account-key.ts';
import { publishedEventSchema } from '../alerts/published.ts';
import { cursorOf } from './cursor.ts';
import { instantIn, limitOf } from './query-fields.ts';

/** An instant of arrival and an event's id. */
const position = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9a-f]{32}$/));

export const eventsQuery = z.strictObject({
  companyId,
  from: z.optional(instantIn),
  limit: limitOf(500, 100),
  cursor: z.optional(cursorOf(z.strictObject({ after: position }))),
});

/** The bodies that the bus and the webhooks have; the same event may be there twice, always with the same id. */
export const eventsSchema = z.strictObject({
  items: z.array(publishedEventSchema),
  nextCursor: z.nullable(z.string()),
});
