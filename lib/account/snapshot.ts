import * as z from 'zod/mini';
import type { CardAccount } from './account.ts';

/** What is kept of an account: nothing personal, no names. Money and points in paise. */
export type Snapshot = Pick<CardAccount, 'accountType' | 'cards' | 'balances' | 'points'>;
export type Balances = Snapshot['balances'];

/** The part of an account that is kept. */
export function snapshotOf({ accountType, cards, balances, points }: CardAccount): Snapshot {
  return { accountType, cards, balances, points };
}

/** Why a slot has no balance: an error code or a reason of it in lower case, `late`, or `not-delivered`. */
export const reason = z
  .string('must be a text')
  .check(z.regex(/^[a-z]+(-[a-z]+)*$/, 'must be words in lower case with dashes'));

type SlotOutcome =
  | { readonly status: 'measured'; readonly observedAt: number; readonly snapshot: Snapshot }
  | { readonly status: 'failed' | 'missed'; readonly reason: string };
/** What came of one slot of an account; `slot` and `observedAt` in epoch ms. */
export type SlotRow = { readonly slot: number } & SlotOutcome;
