import * as z from 'zod/mini';
import { type BalanceName, balanceNames } from '../account/account.ts';
import type { Balances, SlotRow } from '../account/snapshot.ts';
import { compiledObject } from '../compiled-object.ts';
import type { Attributes, Item } from './codec.ts';
import { type Movements, movementsOf } from './movements.ts';
import { count, maybePaise, paise, parseRow, VERSION, version } from './row.ts';

export type Coverage = {
  readonly expected: number;
  readonly measured: number;
  readonly failed: number;
  readonly missed: number;
};

/** What was measured of an IST day: the first and last balances, each balance's extremes and movements. Null when nothing was. */
type DayRange = {
  readonly open: Balances;
  readonly close: Balances;
  readonly min: Balances;
  readonly max: Balances;
  /** Null in a row of a release that did not count them. */
  readonly movements: Movements | null;
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
      movements: movementsOf(series),
      closeSlot: last.slot,
      observedAt: last.observedAt,
    },
  };
}

/** Counts of a series in which every expected slot stands once. */
export function coverageOf(series: readonly SlotRow[]): Coverage {
  const countOf = (status: SlotRow['status']): number => series.filter((row) => row.status === status).length;
  return {
    expected: series.length,
    measured: countOf('measured'),
    failed: countOf('failed'),
    missed: countOf('missed'),
  };
}

/** Each balance's extreme over the slots that state it; null when none does. */
function extreme(all: readonly Balances[], pick: (...paise: number[]) => number): Balances {
  const extremes = eachBalance((name) => {
    const stated = all.map((balances) => balances[name]).filter((value) => value !== null);
    return stated.length > 0 ? pick(...stated) : null;
  });
  return parseRow(storedBalances, extremes);
}

/** The letter of each balance in the names of a day row's attributes, after one for open, close, min, max, increase or decrease. */
const letters: Readonly<Record<BalanceName, string>> = {
  available: 'b',
  availableOnCards: 'bc',
  usedCredit: 'bu',
  creditLimit: 'bl',
};
const storedBalances = compiledObject({
  available: paise,
  availableOnCards: maybePaise,
  usedCredit: maybePaise,
  creditLimit: maybePaise,
});

const storedRange = compiledObject({
  ...{ open: storedBalances, close: storedBalances },
  ...{ min: storedBalances, max: storedBalances },
});
const storedMovements = compiledObject({ increase: storedBalances, decrease: storedBalances });

function eachBalance<T>(read: (name: BalanceName) => T): Readonly<Record<BalanceName, T>> {
  return {
    available: read('available'),
    availableOnCards: read('availableOnCards'),
    usedCredit: read('usedCredit'),
    creditLimit: read('creditLimit'),
  };
}

const counts = {
  v: version,
  sk: z.string().check(z.regex(/^day#\d{4}-\d\d-\d\d$/)),
  expected: count,
  measured: count,
  failed: count,
  missed: count,
};
const dayItem = z.union([
  compiledObject({ ...counts, slot: z.int(), at: z.int(), whole: z.optional(z.literal([0, 1])) }),
  z.object({ ...counts, measured: z.literal(0) }),
]);

/** A day row as it is stored; `o`, `c`, `n`, `x`, `i`, `d` stand for open, close, min, max, increase, decrease. */
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
      ...(range.movements && {
        ...flat('i', range.movements.increase),
        ...flat('d', range.movements.decrease),
        whole: range.movements.complete ? 1 : 0,
      }),
    }),
  };
}

function flat(prefix: string, balances: Balances): Attributes {
  return Object.fromEntries(balanceNames.map((name) => [prefix + letters[name], balances[name]]));
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseDayRow(item: Item): DayRow {
  const row = parseRow(dayItem, item);
  const { expected, measured, failed, missed } = row;
  const day = { day: row.sk.slice('day#'.length), coverage: { expected, measured, failed, missed } };
  if (!('slot' in row)) return { ...day, range: null };
  const stored = (prefix: string) => eachBalance((name) => item[prefix + letters[name]]);
  const range = parseRow(storedRange, { open: stored('o'), close: stored('c'), min: stored('n'), max: stored('x') });
  const movements =
    row.whole === undefined
      ? null
      : {
          ...parseRow(storedMovements, { increase: stored('i'), decrease: stored('d') }),
          complete: row.whole === 1,
        };
  return { ...day, range: { ...range, movements, closeSlot: row.slot, observedAt: row.at } };
}
