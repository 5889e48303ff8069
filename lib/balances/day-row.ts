import * as z from 'zod';
import type { Attributes, Item } from './codec.ts';
import { type Balances, parseRow, type SlotRow, VERSION, version } from './slot-row.ts';

export type Coverage = {
  readonly expected: number;
  readonly measured: number;
  readonly failed: number;
  readonly missed: number;
};

/** What was measured of an IST day: the first and last balances, and each balance's extremes. Null when nothing was. */
export type DayRange = {
  readonly open: Balances;
  readonly close: Balances;
  readonly min: Balances;
  readonly max: Balances;
  /** Of the close. Epoch ms. */
  readonly closeSlot: number;
  readonly observedAt: number;
};
export type DayRow = { readonly day: string; readonly coverage: Coverage; readonly range: DayRange | null };

/** An IST day from its series of slots, in order, holes included. */
export function dayOf(day: string, series: readonly SlotRow[]): DayRow {
  const measured = series.filter((row) => row.status === 'measured');
  const [first] = measured;
  const last = measured.at(-1);
  const coverage = coverageOf(series);
  if (!first || !last) return { day, coverage, range: null };
  const all = measured.map(({ snapshot }) => snapshot.balances);
  return {
    day,
    coverage,
    range: {
      open: first.snapshot.balances,
      close: last.snapshot.balances,
      min: extreme(all, Math.min),
      max: extreme(all, Math.max),
      closeSlot: last.slot,
      observedAt: last.observedAt,
    },
  };
}

/** Counts of a series in which every expected slot stands once. */
export function coverageOf(series: readonly SlotRow[]): Coverage {
  const count = (status: SlotRow['status']): number => series.filter((row) => row.status === status).length;
  return {
    expected: series.length,
    measured: count('measured'),
    failed: count('failed'),
    missed: count('missed'),
  };
}

function extreme(all: readonly Balances[], pick: (a: number, b: number) => number): Balances {
  return all.reduce((held, next) => ({
    available: pick(held.available, next.available),
    availableOnCards: pickKnown(held.availableOnCards, next.availableOnCards, pick),
    usedCredit: pickKnown(held.usedCredit, next.usedCredit, pick),
    creditLimit: pickKnown(held.creditLimit, next.creditLimit, pick),
  }));
}

function pickKnown(held: number | null, next: number | null, pick: (a: number, b: number) => number): number | null {
  if (held === null || next === null) return held ?? next;
  return pick(held, next);
}

const paise = z.int();
const maybePaise = z.int().nullable().default(null);
const count = z.int().nonnegative();
const counts = {
  v: version,
  sk: z.string().regex(/^day#\d{4}-\d\d-\d\d$/),
  expected: count,
  measured: count,
  failed: count,
  missed: count,
};
const emptyDay = z.object({ ...counts, measured: z.literal(0) });
const fullDay = z.object({
  ...counts,
  slot: z.int(),
  at: z.int(),
  ...{ ob: paise, obc: maybePaise, obu: maybePaise, obl: maybePaise },
  ...{ cb: paise, cbc: maybePaise, cbu: maybePaise, cbl: maybePaise },
  ...{ nb: paise, nbc: maybePaise, nbu: maybePaise, nbl: maybePaise },
  ...{ xb: paise, xbc: maybePaise, xbu: maybePaise, xbl: maybePaise },
});

/** A day row as it is stored; `o`, `c`, `n`, `x` stand for open, close, min, max. */
export function dayAttributes({ coverage, range }: DayRow): Attributes {
  return {
    v: VERSION,
    ...coverage,
    ...(range && {
      slot: range.closeSlot,
      at: range.observedAt,
      ...flat('o', range.open),
      ...flat('c', range.close),
      ...flat('n', range.min),
      ...flat('x', range.max),
    }),
  };
}

function flat(prefix: string, balances: Balances): Attributes {
  return {
    [`${prefix}b`]: balances.available,
    [`${prefix}bc`]: balances.availableOnCards,
    [`${prefix}bu`]: balances.usedCredit,
    [`${prefix}bl`]: balances.creditLimit,
  };
}

function balances(
  available: number,
  availableOnCards: number | null,
  usedCredit: number | null,
  creditLimit: number | null,
): Balances {
  return { available, availableOnCards, usedCredit, creditLimit };
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseDayRow(item: Item): DayRow {
  const row = parseRow(z.union([emptyDay, fullDay]), item);
  const { expected, measured, failed, missed } = row;
  const day = { day: row.sk.slice('day#'.length), coverage: { expected, measured, failed, missed } };
  if (!('slot' in row)) return { ...day, range: null };
  return {
    ...day,
    range: {
      open: balances(row.ob, row.obc, row.obu, row.obl),
      close: balances(row.cb, row.cbc, row.cbu, row.cbl),
      min: balances(row.nb, row.nbc, row.nbu, row.nbl),
      max: balances(row.xb, row.xbc, row.xbu, row.xbl),
      closeSlot: row.slot,
      observedAt: row.at,
    },
  };
}
