import * as z from 'zod/mini';
import type { Snapshot } from '../account/snapshot.ts';
import type { Attributes } from './codec.ts';
import { maybeCount, maybePaise, paise } from './row.ts';

export const snapshotItem = {
  at: z.int(),
  type: z._default(z.nullable(z.string()), null),
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
    accountType: flat.type,
    cards: { total: flat.ct, active: flat.ca },
    balances: { available: flat.b, availableOnCards: flat.bc, usedCredit: flat.bu, creditLimit: flat.bl },
    points: { allocated: flat.pa, redeemed: flat.pr, allocatedThisMonth: flat.pam, redeemedThisMonth: flat.prm },
  };
}
