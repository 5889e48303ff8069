import type { Balances, SlotRow } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import { DAY_MS, daySpan, daysBetween, istDay, RAW_DAYS, type Span } from '../calendar.ts';
import { type Coverage, coverageOf, type DayRow, dayOf } from './day-row.ts';
import type { DayStore } from './day-store.ts';
import { expectedSlots, toSeries } from './series.ts';
import type { SlotStore } from './slot-store.ts';
import type { ReadTimetables } from './timetable-store.ts';
import { watchSpans } from './watch-spans.ts';
import type { WatchStore } from './watch-store.ts';

export type HistoryDeps = {
  readonly slots: Pick<SlotStore, 'page' | 'lastMeasured'>;
  readonly days: Pick<DayStore, 'rows' | 'lastBefore'>;
  readonly watches: Pick<WatchStore, 'get'>;
  readonly timetables: ReadTimetables;
  readonly now: () => number;
};

/** `next`: the instant at which the following page begins, null at the end. `coverage` counts the items of this page. */
export type SlotHistory = {
  readonly items: readonly SlotRow[];
  readonly coverage: Coverage;
  readonly next: number | null;
};
export type DayHistory = {
  readonly items: readonly DayRow[];
  readonly coverage: Coverage;
  readonly next: number | null;
};

const RAW_MS = RAW_DAYS * DAY_MS;

/**
 * An account's slots in a span: those measured, those that failed, and those missed, whether or not anybody has written
 * that down yet. A slot whose window is still open shows only once it has a row. Two requests to DynamoDB up to 1 MB.
 */
export async function slotHistory(
  deps: HistoryDeps,
  account: AccountKey,
  span: Span,
  limit: number,
): Promise<SlotHistory> {
  const [watch, page, timetables] = await Promise.all([
    deps.watches.get(account),
    deps.slots.page(account, span, limit),
    deps.timetables(),
  ]);
  // A row is gone at the very end of its life.
  const covered = { from: Math.max(span.from, deps.now() - RAW_MS + 1), to: page.completeTo ?? span.to };
  const series = toSeries(page.rows, expectedSlots(timetables, watchSpans(watch), covered, deps.now()));
  const items = series.slice(0, limit);
  const next = series[limit]?.slot ?? page.completeTo ?? span.to;
  return { items, coverage: coverageOf(items), next: next < span.to ? next : null };
}

/**
 * An account's IST days that a span touches. Days without a row, as today is until midnight, are computed from their slots;
 * days in which nothing was expected are left out.
 */
export async function dayHistory(
  deps: HistoryDeps,
  account: AccountKey,
  span: Span,
  limit: number,
): Promise<DayHistory> {
  const all =
    span.from === span.to ? [] : daysBetween(istDay(span.from), istDay(Math.min(span.to, deps.now() + 1) - 1));
  const asked = all.slice(0, limit);
  const [first] = asked;
  const last = asked.at(-1);
  if (first === undefined || last === undefined) return { items: [], coverage: coverageOf([]), next: null };

  const [watch, stored] = await Promise.all([deps.watches.get(account), deps.days.rows(account, first, last)]);
  const rows = new Map(stored.map((row) => [row.day, row]));
  // Of this day some slots have expired: computed now, they would be called missed.
  const oldest = istDay(deps.now() - RAW_MS);
  const missing = asked.filter((day) => !rows.has(day) && day > oldest);
  for (const row of await computeDays(deps, account, missing, watchSpans(watch))) rows.set(row.day, row);

  const items = asked.map((day) => rows.get(day)).filter((row) => row !== undefined);
  const after = all[limit];
  return { items, coverage: sumCoverage(items), next: after === undefined ? null : daySpan(after).from };
}

async function computeDays(
  deps: HistoryDeps,
  account: AccountKey,
  days: readonly string[],
  spans: readonly Span[],
): Promise<DayRow[]> {
  const watched = days.filter((day) => spans.some(({ from, to }) => from < daySpan(day).to && to > daySpan(day).from));
  const [first] = watched;
  const last = watched.at(-1);
  if (first === undefined || last === undefined) return [];
  const [{ rows }, timetables] = await Promise.all([
    deps.slots.page(account, { from: daySpan(first).from, to: daySpan(last).to }),
    deps.timetables(),
  ]);
  const byDay = Map.groupBy(rows, ({ slot }) => istDay(slot));
  return watched
    .map((day) => {
      const expected = expectedSlots(timetables, spans, daySpan(day), deps.now());
      return dayOf(day, toSeries(byDay.get(day) ?? [], expected));
    })
    .filter(({ coverage }) => coverage.expected > 0);
}

/** Of all the rows together. */
export function sumCoverage(rows: readonly DayRow[]): Coverage {
  const total = (key: keyof Coverage): number => rows.reduce((held, { coverage }) => held + coverage[key], 0);
  return { expected: total('expected'), measured: total('measured'), failed: total('failed'), missed: total('missed') };
}

export type AsOf = { readonly slot: number; readonly observedAt: number; readonly balances: Balances };

/** The newest balances that were observed at or before an instant; of times whose slots have expired, a day's close. */
export async function asOf({ slots, days }: HistoryDeps, account: AccountKey, at: number): Promise<AsOf | undefined> {
  const row = await slots.lastMeasured(account, at);
  if (row?.status === 'measured') {
    return { slot: row.slot, observedAt: row.observedAt, balances: row.snapshot.balances };
  }
  const day = await days.lastBefore(account, at);
  if (!day?.range) return undefined;
  const { closeSlot, observedAt, close } = day.range;
  return { slot: closeSlot, observedAt, balances: close };
}
