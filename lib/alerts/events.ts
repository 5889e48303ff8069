import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { decimal } from '../account/summary-view.ts';
import { type AccountKey, cardAccountId, companyId } from '../account-key.ts';
import { instant, instantText, slotText } from '../instants.ts';
import { formatPaise, type Paise } from '../money.ts';
import { type Rule, ruleId, ruleViewSchema, viewRule } from './rule.ts';

export const eventSource = 'enkash-card-accounts';
const eventTypes = ['BalanceLow', 'BalanceRecovered', 'BalanceUnknown'] as const;
export type EventType = (typeof eventTypes)[number];

/**
 * The facts of an event; `published.ts` makes the bus's `detail` of them. The last event's type is the account's state.
 * It is delivered at least once, always with the same `eventId`: consumers that act on it remember the id.
 */
export const balanceEventSchema = z.strictObject({
  schemaVersion: z.literal(1),
  eventId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  type: z.enum(eventTypes),
  companyId,
  cardAccountId,
  /** The slot that decided it. */
  slot: instant,
  /** The balance that the rule is about, when that slot was measured; null in BalanceUnknown. */
  value: z.nullable(decimal),
  observedAt: z.nullable(instant),
  /** The last slot with a value, null if there never was one. */
  lastMeasuredSlot: z.nullable(instant),
  rule: ruleViewSchema,
});
export type BalanceEvent = z.infer<typeof balanceEventSchema>;

/** What `decide` found: the slot that decided it and what was measured there; instants in epoch ms. */
export type Occurrence = {
  readonly type: EventType;
  readonly slot: number;
  readonly value: Paise | null;
  readonly observedAt: number | null;
  readonly lastMeasuredSlot: number | null;
};

/** The event that tells an occurrence to the bus. */
export function balanceEvent(account: AccountKey, by: Rule, occurrence: Occurrence): BalanceEvent {
  const { type, slot, value, observedAt, lastMeasuredSlot } = occurrence;
  return {
    schemaVersion: 1,
    eventId: eventId(account, by, slot, type),
    type,
    companyId: account.companyId,
    cardAccountId: account.cardAccountId,
    slot: slotText(slot),
    value: value === null ? null : formatPaise(value),
    observedAt: observedAt === null ? null : instantText(observedAt),
    lastMeasuredSlot: lastMeasuredSlot === null ? null : slotText(lastMeasuredSlot),
    rule: viewRule(by),
  };
}

/** The same crossing has the same id, whoever decides it and however often. */
export function eventId({ companyId, cardAccountId }: AccountKey, by: Rule, slot: number, type: EventType): string {
  const parts = [companyId, cardAccountId, ruleId(by), slotText(slot), type];
  return createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32);
}
