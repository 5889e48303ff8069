import type * as z from 'zod/mini';
import { IST_OFFSET_MS } from '../calendar.ts';
import type { ApiResponse } from './api-handler.ts';
import type { companyHistorySchema, dayHistorySchema, slotHistorySchema } from './balances-contract.ts';
import { type Column, csvText } from './csv.ts';

type SlotItem = z.infer<typeof slotHistorySchema>['items'][number];
type DayItem = z.infer<typeof dayHistorySchema>['items'][number];
type CompanyItem = z.infer<typeof companyHistorySchema>['items'][number];
type Balances = NonNullable<SlotItem['balances']>;

const plain = <Row>(name: string, value: Column<Row>['value']): Column<Row> => ({ name, kind: 'plain', value });
const text = <Row>(name: string, value: Column<Row>['value']): Column<Row> => ({ name, kind: 'text', value });

/** The four balances of a set, each a column. */
function balanceColumns<Row>(prefix: string, of: (row: Row) => Balances | null): readonly Column<Row>[] {
  return [
    plain(`${prefix}available`, (row) => of(row)?.available),
    plain(`${prefix}availableOnCards`, (row) => of(row)?.availableOnCards),
    plain(`${prefix}usedCredit`, (row) => of(row)?.usedCredit),
    plain(`${prefix}creditLimit`, (row) => of(row)?.creditLimit),
  ];
}

const slotColumns: readonly Column<SlotItem>[] = [
  plain('slot', ({ slot }) => slot),
  plain('slotIst', ({ slot }) => istInstant(slot)),
  plain('status', ({ status }) => status),
  text('reason', ({ reason }) => reason),
  plain('observedAt', ({ observedAt }) => observedAt),
  ...balanceColumns<SlotItem>('', ({ balances }) => balances),
  plain('cards.total', ({ cards }) => cards?.total),
  plain('cards.active', ({ cards }) => cards?.active),
  plain('points.allocated', ({ points }) => points?.allocated),
  plain('points.redeemed', ({ points }) => points?.redeemed),
  plain('points.allocatedThisMonth', ({ points }) => points?.allocatedThisMonth),
  plain('points.redeemedThisMonth', ({ points }) => points?.redeemedThisMonth),
];

const dayColumns: readonly Column<DayItem>[] = [
  plain('day', ({ day }) => day),
  plain('status', ({ status }) => status),
  plain('observedAt', ({ observedAt }) => observedAt),
  plain('observedAtIst', ({ observedAt }) => observedAt && istInstant(observedAt)),
  ...balanceColumns<DayItem>('open.', ({ open }) => open),
  ...balanceColumns<DayItem>('close.', ({ close }) => close),
  ...balanceColumns<DayItem>('min.', ({ min }) => min),
  ...balanceColumns<DayItem>('max.', ({ max }) => max),
  ...balanceColumns<DayItem>('increase.', ({ increase }) => increase),
  ...balanceColumns<DayItem>('decrease.', ({ decrease }) => decrease),
  plain('movementsComplete', ({ movementsComplete }) => `${movementsComplete}`),
  plain('expected', ({ expected }) => expected),
  plain('measured', ({ measured }) => measured),
  plain('failed', ({ failed }) => failed),
  plain('missed', ({ missed }) => missed),
];

const companyColumns: readonly Column<CompanyItem>[] = [
  text('companyId', ({ companyId }) => companyId),
  text('cardAccountId', ({ cardAccountId }) => cardAccountId),
  ...dayColumns,
];

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** A page of slots as CSV. */
export const slotsCsv = (page: Page<SlotItem>, limit: number): ApiResponse => csvAnswer(slotColumns, page, limit);
/** A page of an account's days as CSV. */
export const daysCsv = (page: Page<DayItem>, limit: number): ApiResponse => csvAnswer(dayColumns, page, limit);
/** A page of the days of a company's accounts as CSV. */
export const companyCsv = (page: Page<CompanyItem>, limit: number): ApiResponse =>
  csvAnswer(companyColumns, page, limit);

/** The next page is a link relative to this one, so that no host has to be known. */
function csvAnswer<Row>(columns: readonly Column<Row>[], page: Page<Row>, limit: number): ApiResponse {
  const { items, nextCursor } = page;
  const link = nextCursor === null ? {} : { link: `<?cursor=${nextCursor}&limit=${limit}>; rel="next"` };
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/csv; charset=utf-8; header=present', vary: 'Accept', ...link },
    body: csvText(columns, items),
  };
}

/** `2026-11-25T12:00:00+05:30`. */
function istInstant(instant: string): string {
  return `${new Date(Date.parse(instant) + IST_OFFSET_MS).toISOString().slice(0, 19)}+05:30`;
}
