import * as z from 'zod';
import { cardAccountId, companyId } from '../account/account.ts';
import { instant } from '../account/freshness.ts';
import { ruleSchema } from '../alerts/rule.ts';
import { jsonText } from '../json.ts';

/** One account's turn in one slot, as the planner sends it and the worker takes it. */
const messageSchema = z.strictObject({
  v: z.literal(1),
  /** A date that is none, or between two seconds, is nobody's slot. */
  slot: instant.transform((text) => Date.parse(text)).pipe(z.int().multipleOf(1000)),
  partner: z.string().min(1).max(64),
  companyId,
  cardAccountId,
  /** When the watch began (epoch ms). */
  start: z.int(),
  rule: ruleSchema.optional(),
});
export type Message = z.output<typeof messageSchema>;
export type MessageBody = z.input<typeof messageSchema>;

/** @returns undefined for anything that the planner did not write */
export function parseMessage(body: string): Message | undefined {
  return jsonText(messageSchema).safeParse(body).data;
}
