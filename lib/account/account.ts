import * as z from 'zod';
import type { WireSummary } from '../enkash/wire.ts';
import { formatPaise, type Paise } from '../money.ts';
import { type Freshness, freshnessSchema } from './freshness.ts';

/** EnKash's published form (api-10664805). */
export const companyId = z.string().regex(/^CEK[A-Z0-9]{7}$/, 'must be CEK and seven capital letters or digits');
/** No length is published; the bound keeps keys and logs small. */
export const cardAccountId = z.string().regex(/^CA[A-Za-z0-9]{1,62}$/, 'must be CA and 1 to 62 letters or digits');

export type AccountKey = { readonly companyId: string; readonly cardAccountId: string };

/** A card account as we know it: money and points in paise, what EnKash did not state null. */
export type CardAccount = AccountKey & {
  readonly companyName: string | null;
  readonly accountTitle: string | null;
  readonly accountType: string | null;
  readonly cards: { readonly total: number | null; readonly active: number | null };
  readonly balances: {
    readonly available: Paise;
    readonly availableOnCards: Paise | null;
    readonly usedCredit: Paise | null;
    readonly creditLimit: Paise | null;
  };
  readonly points: {
    readonly allocated: Paise | null;
    readonly redeemed: Paise | null;
    readonly allocatedThisMonth: Paise | null;
    readonly redeemedThisMonth: Paise | null;
  };
};

/** EnKash's field names become ours; what is absent becomes null. */
export function toCardAccount(wire: WireSummary): CardAccount {
  return {
    companyId: wire.companyId,
    cardAccountId: wire.cardAccountId,
    companyName: wire.companyName ?? null,
    accountTitle: wire.accountTitle ?? null,
    accountType: wire.accountType ?? null,
    cards: { total: wire.totalCards ?? null, active: wire.activeCards ?? null },
    balances: {
      available: wire.availableBalance,
      availableOnCards: wire.availableCardBalance ?? null,
      usedCredit: wire.usedCreditLimit ?? null,
      creditLimit: wire.creditLimit ?? null,
    },
    points: {
      allocated: wire.totalAllocationPoint ?? null,
      redeemed: wire.totalRedemptionPoint ?? null,
      allocatedThisMonth: wire.currentMonthAllocationPoint ?? null,
      redeemedThisMonth: wire.currentMonthRedemptionPoint ?? null,
    },
  };
}

/** A decimal string with two digits: rupees, or points on reward accounts. */
export const decimal = z.string().regex(/^-?\d{1,13}\.\d{2}$/);
export const balancesSchema = z.strictObject({
  available: decimal,
  availableOnCards: decimal.nullable(),
  usedCredit: decimal.nullable(),
  creditLimit: decimal.nullable(),
});

const pointsSchema = z.strictObject({
  allocated: decimal.nullable(),
  redeemed: decimal.nullable(),
  allocatedThisMonth: decimal.nullable(),
  redeemedThisMonth: decimal.nullable(),
});

/** The summary view: nothing personal. */
export const summaryViewSchema = z.strictObject({
  companyId,
  cardAccountId,
  companyName: z.string().nullable(),
  accountTitle: z.string().nullable(),
  accountType: z.string().nullable(),
  cards: z.strictObject({ total: z.int().nullable(), active: z.int().nullable() }),
  balances: balancesSchema,
  points: pointsSchema,
  freshness: freshnessSchema,
});
type SummaryView = z.infer<typeof summaryViewSchema>;

/** The summary view of an account, money and points as decimal strings. */
export function summaryView({ balances, points, ...account }: CardAccount, freshness: Freshness): SummaryView {
  return {
    ...account,
    balances: showBalances(balances),
    points: showPoints(points),
    freshness,
  };
}

/** Paise as decimal strings, what is unknown null. */
export function showBalances(balances: CardAccount['balances']): z.infer<typeof balancesSchema> {
  return {
    available: formatPaise(balances.available),
    availableOnCards: show(balances.availableOnCards),
    usedCredit: show(balances.usedCredit),
    creditLimit: show(balances.creditLimit),
  };
}

/** As `showBalances`. */
export function showPoints(points: CardAccount['points']): z.infer<typeof pointsSchema> {
  return {
    allocated: show(points.allocated),
    redeemed: show(points.redeemed),
    allocatedThisMonth: show(points.allocatedThisMonth),
    redeemedThisMonth: show(points.redeemedThisMonth),
  };
}

function show(paise: Paise | null): string | null {
  return paise === null ? null : formatPaise(paise);
}
