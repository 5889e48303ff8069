import * as z from 'zod/mini';
import { reason, type SlotRow, type Snapshot } from '../account/snapshot.ts';
import { DAY_MS, RAW_DAYS } from '../calendar.ts';
import type { Attributes, Item } from './codec.ts';
import { maybeCount, maybePaise, paise, parseRow, VERSION, version } from './row.ts';

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

const slotSk = z.string().check(z.regex(/^slot#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
const slotItem = z.discriminatedUnion('status', [
  z.object({ v: version, sk: slotSk, status: z.literal('measured'), ...snapshotItem }),
  z.object({ v: version, sk: slotSk, status: z.enum(['failed', 'missed']), why: reason }),
]);

/** A slot row as it is stored, with its end of life. */
export function slotAttributes(row: SlotRow): Attributes {
  return {
    v: VERSION,
    status: row.status,
    ...(row.status === 'measured' ? snapshotAttributes(row.observedAt, row.snapshot) : { why: row.reason }),
    expiresAt: (row.slot + RAW_DAYS * DAY_MS) / 1000,
  };
}

/** @throws AppError INTERNAL `unreadable-row`: the table holds something that was not written by this code */
export function parseSlotRow(item: Item): SlotRow {
  const row = parseRow(slotItem, item);
  const slot = Date.parse(row.sk.slice('slot#'.length));
  if (row.status !== 'measured') return { slot, status: row.status, reason: row.why };
  return { slot, status: 'measured', observedAt: row.at, snapshot: toSnapshot(row) };
}
