import type { AccountKey } from '../account-key.ts';
import type { Paise } from '../money.ts';

/** The balances that EnKash states of a card account; only the first is always there. */
export const balanceNames = ['available', 'availableOnCards', 'usedCredit', 'creditLimit'] as const;
export type BalanceName = (typeof balanceNames)[number];
type PointName = 'allocated' | 'redeemed' | 'allocatedThisMonth' | 'redeemedThisMonth';

/** A value for each balance; what EnKash did not state is null. */
export type PerBalance<T> = Readonly<{ available: T } & Record<Exclude<BalanceName, 'available'>, T | null>>;
/** A value for each count of points, as `PerBalance`. */
export type PerPoint<T> = Readonly<Record<PointName, T | null>>;

/** A card account as it is known here: money and points in paise, what EnKash did not state null. */
export type CardAccount = AccountKey & {
  readonly companyName: string | null;
  readonly accountTitle: string | null;
  readonly accountType: string | null;
  readonly cards: { readonly total: number | null; readonly active: number | null };
  readonly balances: PerBalance<Paise>;
  readonly points: PerPoint<Paise>;
};

/** Changes each balance that is stated; the others stay null. */
export function mapBalances<A, B>(balances: PerBalance<A>, change: (value: A) => B): PerBalance<B> {
  const { available, availableOnCards, usedCredit, creditLimit } = balances;
  return {
    available: change(available),
    availableOnCards: unlessNull(availableOnCards, change),
    usedCredit: unlessNull(usedCredit, change),
    creditLimit: unlessNull(creditLimit, change),
  };
}

/** Changes each count of points that is stated, as `mapBalances`. */
export function mapPoints<A, B>(points: PerPoint<A>, change: (value: A) => B): PerPoint<B> {
  const { allocated, redeemed, allocatedThisMonth, redeemedThisMonth } = points;
  return {
    allocated: unlessNull(allocated, change),
    redeemed: unlessNull(redeemed, change),
    allocatedThisMonth: unlessNull(allocatedThisMonth, change),
    redeemedThisMonth: unlessNull(redeemedThisMonth, change),
  };
}

function unlessNull<A, B>(value: A | null, change: (value: A) => B): B | null {
  return value === null ? null : change(value);
}
