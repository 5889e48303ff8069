import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { decimal } from '../account/summary-view.ts';
import { type AccountKey, cardAccountId, companyId } from '../account-key.ts';
import { instant, instantText, slotText } from '../instants.ts';
import { formatPaise, type Paise } from '../money.ts';
import { type Rule, ruleViewSchema, viewRule } from './rule.ts';

export const eventSource = 'enkash-card-accounts';
const balanceTypes = ['BalanceLow', 'BalanceRecovered', 'BalanceUnknown', 'BalanceWatchEnded'] as const;
const readingsTypes = ['ReadingsUnavailable', 'ReadingsRestored'] as const;
type BalanceEventType = (typeof balanceTypes)[number];
type ReadingsEventType = (typeof readingsTypes)[number];

/** Why a rule or its watch is no more. */
const endReasons = ['rule-removed', 'unwatched', 'grant-removed'] as const;
export type EndReason = (typeof endReasons)[number];

const common = {
  schemaVersion: z.literal(1),
  eventId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  companyId,
  /** The slot that decided it; of a rule or watch that ended, when that was. */
  slot: instant,
};

/**
 * The facts of an event about an account; `published.ts` makes the bus's `detail` of them. The last event of a rule is its state.
 * It is delivered at least once, always with the same `eventId`: consumers that act on it remember the id.
 */
export const balanceEventSchema = z.strictObject({
  ...common,
  type: z.enum(balanceTypes),
  cardAccountId,
  /** The balance that the rule is about, when that slot was measured; null in the other types. */
  value: z.nullable(decimal),
  observedAt: z.nullable(instant),
  /** The last slot that was measured, null if none was. */
  lastMeasuredSlot: z.nullable(instant),
  /** Absent when a watch without rules ended. */
  ruleName: z.optional(z.string()),
  rule: z.optional(ruleViewSchema),
  /** Of BalanceWatchEnded. */
  reason: z.optional(z.enum(endReasons)),
});
export type BalanceEvent = z.infer<typeof balanceEventSchema>;

/** The `detail` of an event about many accounts of a company that cannot be read. */
export const readingsEventSchema = z.strictObject({ ...common, type: z.enum(readingsTypes) });
export type ReadingsEvent = z.infer<typeof readingsEventSchema>;

/** What may be published. */
export const alertEventSchema = z.union([balanceEventSchema, readingsEventSchema]);
export type AlertEvent = z.infer<typeof alertEventSchema>;

/** What happened to a rule in a slot; instants in epoch ms. */
export type Occurrence = {
  readonly type: BalanceEventType;
  readonly slot: number;
  readonly value: Paise | null;
  readonly observedAt: number | null;
  readonly lastMeasuredSlot: number | null;
  readonly reason?: EndReason;
};

/** Whose event it is: the rule by name (or the watch itself), as of one edition of the watch. */
export type EventSubject = {
  readonly account: AccountKey;
  readonly edition: number;
  readonly named?: { readonly name: string; readonly rule: Rule };
};

/** The event that tells an occurrence to the bus. */
export function balanceEvent(subject: EventSubject, occurrence: Occurrence): BalanceEvent {
  const { account, named } = subject;
  const { type, slot, value, observedAt, lastMeasuredSlot, reason } = occurrence;
  return {
    schemaVersion: 1,
    eventId: balanceEventId(subject, occurrence),
    type,
    companyId: account.companyId,
    cardAccountId: account.cardAccountId,
    slot: slotText(slot),
    value: value === null ? null : formatPaise(value),
    observedAt: observedAt === null ? null : instantText(observedAt),
    lastMeasuredSlot: lastMeasuredSlot === null ? null : slotText(lastMeasuredSlot),
    ...(named && { ruleName: named.name, rule: viewRule(named.rule) }),
    ...(reason && { reason }),
  };
}

/** The same crossing has the same id, whoever decides it and however often. */
export function balanceEventId(
  { account, edition, named }: EventSubject,
  { slot, type }: Pick<Occurrence, 'slot' | 'type'>,
): string {
  const { companyId, cardAccountId } = account;
  return hashOf([companyId, cardAccountId, named?.name ?? '', `${edition}`, slotText(slot), type]);
}

/** The event that tells that a company's accounts at a partner cannot be read, or can be read again. */
export function readingsEvent(
  about: { readonly partner: string; readonly companyId: string },
  type: ReadingsEventType,
  slot: number,
): ReadingsEvent {
  const { partner, companyId } = about;
  const eventId = hashOf([partner, companyId, slotText(slot), type]);
  return { schemaVersion: 1, eventId, type, companyId, slot: slotText(slot) };
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32);
}
