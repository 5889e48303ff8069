import * as z from 'zod';
import type { CardAccount } from '../account/account.ts';
import { DAY_MS } from '../calendar.ts';
import { AppError } from '../errors.ts';
import { jsonText } from '../json.ts';
import type { Attributes, Item } from './codec.ts';

/** Of an account, only this is kept: nothing personal, no names. Money and points in paise. */
export type Snapshot = Pick<CardAccount, 'accountType' | 'cards' | 'balances' | 'points'>;
export type Balances = Snapshot['balances'];

/** The part of an account that is kept. */
export function snapshotOf({ accountType, cards, balances, points }: CardAccount): Snapshot {
  return { accountType, cards, balances, points };
}

/** Why a slot has no balance: one of our error codes in lower case, `late`, or `not-delivered`. */
export const reason = z.string().regex(/^[a-z]+(-[a-z]+)*$/);

export type SlotOutcome =
  | { readonly status: 'measured'; readonly observedAt: number; readonly snapshot: Snapshot }
  | { readonly status: 'failed' | 'missed'; readonly reason: string };
/** What came of one slot of an account; `slot` and `observedAt` in epoch ms. */
export type SlotRow = { readonly slot: number } & SlotOutcome;

/** Version 1 of the attributes below; a row of another version is not guessed at. */
export const VERSION = 1;
export const RAW_DAYS = 90;

export const version = z.literal(VERSION);
const paise = z.int();
const maybePaise = z.int().nullable().default(null);
const maybeCount = z.int().nonnegative().nullable().default(null);

export const snapshotItem = {
  at: z.int(),
  type: z.string().nullable().default(null),
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

/** Attribute names are short because each is stored and billed in every row: a month of a slot row must fit one 1 MB page. */
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

const slotSk = z.string().regex(/^slot#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
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

/** @throws AppError INTERNAL `unreadable-row`: the table holds something that we did not write */
export function parseSlotRow(item: Item): SlotRow {
  const row = parseRow(slotItem, item);
  const slot = Date.parse(row.sk.slice('slot#'.length));
  if (row.status !== 'measured') return { slot, status: row.status, reason: row.why };
  return { slot, status: 'measured', observedAt: row.at, snapshot: toSnapshot(row) };
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseRow<T>(schema: z.ZodType<T>, item: Item): T {
  const parsed = schema.safeParse(item);
  if (!parsed.success) throw new AppError('INTERNAL', { reason: 'unreadable-row' });
  return parsed.data;
}

/** TTL deletes up to days late, so a reader asks this too. */
export function isExpired(item: Item, now: number): boolean {
  return typeof item.expiresAt === 'number' && item.expiresAt * 1000 <= now;
}

/** A text attribute that holds JSON, for parts that are only ever read and written whole; null when it is not there. */
export function jsonAttribute<T extends z.ZodType>(shape: T) {
  return jsonText(shape).nullable().default(null);
}
