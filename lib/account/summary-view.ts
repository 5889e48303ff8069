import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { formatPaise } from '../money.ts';
import { type CardAccount, mapBalances, mapPoints } from './account.ts';
import { type Freshness, freshnessSchema } from './freshness.ts';

/** A decimal string with two digits: rupees, or points on reward accounts. */
export const decimal = z
  .string('must be a text')
  .check(z.regex(/^-?\d{1,13}\.\d{2}$/, 'must be a decimal with two digits'));
const maybeDecimal = z.nullable(decimal);
const maybeText = z.nullable(z.string());
const maybeCount = z.nullable(z.int());

export const balancesSchema = z.strictObject({
  available: decimal,
  availableOnCards: maybeDecimal,
  usedCredit: maybeDecimal,
  creditLimit: maybeDecimal,
});

export const pointsSchema = z.strictObject({
  allocated: maybeDecimal,
  redeemed: maybeDecimal,
  allocatedThisMonth: maybeDecimal,
  redeemedThisMonth: maybeDecimal,
});

/** The summary view: nothing personal. */
export const summaryViewSchema = z.strictObject({
  companyId,
  cardAccountId,
  companyName: maybeText,
  accountTitle: maybeText,
  accountType: maybeText,
  cards: z.strictObject({ total: maybeCount, active: maybeCount }),
  balances: balancesSchema,
  points: pointsSchema,
  freshness: freshnessSchema,
});
type SummaryView = z.infer<typeof summaryViewSchema>;

/** The summary view of an account, money and points as decimal strings. */
export function summaryView({ balances, points, ...account }: CardAccount, freshness: Freshness): SummaryView {
  return { ...account, balances: showBalances(balances), points: showPoints(points), freshness };
}

/** Paise as decimal strings; what is unknown is null. */
export function showBalances(balances: CardAccount['balances']): z.infer<typeof balancesSchema> {
  return mapBalances(balances, formatPaise);
}

/** As `showBalances`. */
export function showPoints(points: CardAccount['points']): z.infer<typeof pointsSchema> {
  return mapPoints(points, formatPaise);
}
