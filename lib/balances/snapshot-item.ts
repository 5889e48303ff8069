import * as z from 'zod/mini';
import type { Snapshot } from '../account/snapshot.ts';
import type { Attributes } from './codec.ts';
import { count, paise } from './row.ts';

const maybePaise = z.optional(paise);
const maybeCount = z.optional(count);
/** What EnKash did not state is not there. */
export const snapshotItem = {
  at: z.int(),
  type: z.optional(z.string()),
  ct: maybeCount,
  ca: maybeCount,
  b: paise,
  bc: maybePaise,
  bu: maybePaise,
  bl: maybePaise,
  pa: maybePaise,
  pr: maybePaise,
  pam: maybePaise,
  prm: maybePaise,
};
const flatSnapshot = z.object(snapshotItem);

/** Attribute names are short because each is stored and billed in every row: a month of slot rows must fit one 1 MB page. */
export function snapshotAttributes(observedAt: number, { accountType, cards, balances, points }: Snapshot): Attributes {
  return {
    at: observedAt,
    type: accountType,
    ct: cards.total,
    ca: cards.active,
    b: balances.available,
    bc: balances.availableOnCards,
    bu: balances.usedCredit,
    bl: balances.creditLimit,
    pa: points.allocated,
    pr: points.redeemed,
    pam: points.allocatedThisMonth,
    prm: points.redeemedThisMonth,
  };
}

/** The inverse of `snapshotAttributes`, but for the instant. */
export function toSnapshot(flat: z.infer<typeof flatSnapshot>): Snapshot {
  return {
    accountType: flat.type ?? null,
    cards: { total: flat.ct ?? null, active: flat.ca ?? null },
    balances: {
      available: flat.b,
      availableOnCards: flat.bc ?? null,
      usedCredit: flat.bu ?? null,
      creditLimit: flat.bl ?? null,
    },
    points: {
      allocated: flat.pa ?? null,
      redeemed: flat.pr ?? null,
      allocatedThisMonth: flat.pam ?? null,
      redeemedThisMonth: flat.prm ?? null,
    },
  };
}
