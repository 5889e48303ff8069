import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { instant } from '../instants.ts';
import { type Paise, readPaise } from '../money.ts';
import type { ruleViewSchema } from './rule.ts';
import { eventText, type Told } from './texts.ts';

type RuleView = z.infer<typeof ruleViewSchema>;

/** What happened, as the world is told: a webhook's `type`. On the bus the detail-type is `BalanceLow` and so on. */
export const publishedTypes = {
  BalanceLow: 'balance.low',
  BalanceRecovered: 'balance.recovered',
  BalanceUnknown: 'balance.unknown',
  BalanceWatchEnded: 'balance.watch_ended',
  ReadingsUnavailable: 'readings.unavailable',
  ReadingsRestored: 'readings.restored',
} as const;
export type DetailType = keyof typeof publishedTypes;

/**
 * The one body of an event: the bus's detail, a webhook's body, an item of `GET /v1/events`. Loose, because whoever passes
 * it on must not lose a field that a newer release of the publisher added.
 */
export const publishedEventSchema = z.looseObject({
  type: z.enum(Object.values(publishedTypes)),
  timestamp: instant,
  data: z.looseObject({
    eventId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
    companyId,
    /** Absent in an event about all accounts of a company. */
    cardAccountId: z.optional(cardAccountId),
    title: z.string(),
    text: z.string(),
  }),
});
export type PublishedEvent = z.infer<typeof publishedEventSchema>;

/** What EventBridge hands to a function. */
export const busInvocationSchema = z.object({ detail: publishedEventSchema });

/** What people call the account of an event; null where nobody has stated it. */
export type EventTitles = { readonly companyName: string | null; readonly accountTitle: string | null };

const told = {
  BalanceLow: 'low',
  BalanceRecovered: 'recovered',
  BalanceUnknown: 'unknown',
  BalanceWatchEnded: 'watchEnded',
  ReadingsUnavailable: 'readingsUnavailable',
  ReadingsRestored: 'readingsRestored',
} as const satisfies Record<DetailType, Told['event']>;

/** What the body is made of: an event as the watch of balances tells it. */
export type EventFacts = {
  readonly type: DetailType;
  readonly eventId: string;
  readonly companyId: string;
  readonly cardAccountId?: string;
  readonly slot: string;
  readonly value?: string | null;
  readonly lastMeasuredSlot?: string | null;
  readonly ruleName?: string | undefined;
  readonly rule?: RuleView | undefined;
  readonly reason?: string | undefined;
};

/** The body that everybody gets, with its words for people. */
export function publishedEvent(event: EventFacts, titles: EventTitles): PublishedEvent {
  const { type, ...data } = event;
  const words = eventText({
    event: told[type],
    companyId: event.companyId,
    cardAccountId: event.cardAccountId ?? null,
    ...titles,
    at: Date.parse(event.slot),
    value: paiseOf(event.value),
    lastMeasuredAt: event.lastMeasuredSlot ? Date.parse(event.lastMeasuredSlot) : null,
    rule: ruleOf(event),
  });
  return { type: publishedTypes[type], timestamp: event.slot, data: { ...data, ...words } };
}

function ruleOf({ rule, ruleName = '' }: EventFacts): Told['rule'] {
  const [below, recoverAt] = [paiseOf(rule?.below), paiseOf(rule?.recoverAt)];
  if (rule === undefined || below === null || recoverAt === null) return null;
  return { name: ruleName, balance: rule.balance, below, recoverAt };
}

/** Of our own decimal strings, which a double holds exactly enough. */
function paiseOf(decimal: string | null | undefined): Paise | null {
  return decimal ? (readPaise(Number(decimal))?.paise ?? null) : null;
}
