import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { rulesSchema } from '../alerts/rule.ts';
import { instant } from '../instants.ts';
import { jsonText } from '../json.ts';

/** One account's turn in one slot, as the planner sends it and the worker takes it. */
const messageSchema = z.strictObject({
  v: z.literal(1),
  /** A slot is a whole second; a text that is no date becomes NaN, which is no number of seconds. */
  slot: z.pipe(
    z.pipe(
      instant,
      z.transform((text) => Date.parse(text)),
    ),
    z.int().check(z.multipleOf(1000)),
  ),
  /** Up to here (epoch ms, not included) the slot may be measured. */
  until: z.int(),
  partner: z.string().check(z.minLength(1), z.maxLength(64)),
  companyId,
  cardAccountId,
  /** The slot right before (epoch ms); absent where there is none. */
  previous: z.optional(z.int()),
  /** Of the watch. */
  edition: z.int(),
  /** Absent: none. */
  rules: z.optional(rulesSchema),
});
export type Message = z.output<typeof messageSchema>;
export type MessageBody = z.input<typeof messageSchema>;

/** @returns undefined for anything that the planner did not write */
export function parseMessage(body: string): Message | undefined {
  return jsonText(messageSchema).safeParse(body).data;
}
