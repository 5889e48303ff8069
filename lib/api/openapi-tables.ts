import type { ApiResponse } from './api-handler.ts';
import { companyCsv, daysCsv, slotsCsv } from './balances-csv.ts';

const noRows = { items: [], nextCursor: null };

/** The routes that answer `Accept: text/csv` with RFC 4180 CSV, and their tables by name. */
const tables: Readonly<Record<string, Readonly<Record<string, ApiResponse>>>> = {
  getBalances: { slots: slotsCsv(noRows, 1), days: daysCsv(noRows, 1) },
  getCompanyBalances: { days: companyCsv(noRows, 1) },
};

/** The CSV that a route answers, with the header line of each table as an example; undefined where it has none. */
export function csvContentOf(operationId: string): { readonly 'text/csv': object } | undefined {
  const found = tables[operationId];
  if (found === undefined) return undefined;
  const examples = Object.entries(found).map(([name, { body }]) => [
    name,
    { summary: 'The header line', value: body.trim() },
  ]);
  return { 'text/csv': { schema: { type: 'string' }, examples: Object.fromEntries(examples) } };
}
