import type { SlotRow } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { Span } from '../calendar.ts';
import type { Item } from './codec.ts';
import { keys, queries } from './keys.ts';
import { isExpired } from './row.ts';
import { parseSlotRow, slotAttributes } from './slot-row.ts';
import type { Page, Table } from './table.ts';

export type AccountSlot = { readonly account: AccountKey; readonly slot: number };
type SlotPage = {
  readonly rows: readonly SlotRow[];
  /** Up to where (epoch ms, not included) the rows are complete; undefined: to the end that was asked for. */
  readonly completeTo: number | undefined;
};

export type SlotStore = {
  /** Writes a slot's outcome unless a final one is there: only `failed` gives way, and only to `measured`. @returns whether it was written */
  put(account: AccountKey, row: SlotRow): Promise<boolean>;
  get(account: AccountKey, slot: number): Promise<SlotRow | undefined>;
  page(account: AccountKey, span: Span, limit?: number): Promise<SlotPage>;
  /** The newest balances observed at or before an instant. */
  lastMeasured(account: AccountKey, at: number): Promise<SlotRow | undefined>;
};

/** Slot rows in the balances table; a row whose life is over is not there, even if TTL has not come yet. */
export function createSlotStore(table: Table, now: () => number): SlotStore {
  const alive = (item: Item): boolean => !isExpired(item, now());

  return {
    put(account, row) {
      const condition =
        row.status === 'measured'
          ? ({ anyOf: [{ absent: true }, { equals: ['status', 'failed'] }] } as const)
          : ({ absent: true } as const);
      return table.put(keys.slot(account, row.slot), slotAttributes(row), condition);
    },

    async get(account, slot) {
      const item = await table.get(keys.slot(account, slot), { consistent: true });
      return item && parseSlotRow(item);
    },

    async page(account, span, limit) {
      const rows: SlotRow[] = [];
      let after: string | undefined;
      do {
        const options = limit === undefined ? { after } : { after, limit: limit - rows.length };
        const page = await table.query(queries.slots(account, span), options);
        rows.push(...page.items.filter(alive).map(parseSlotRow));
        after = page.after;
      } while (after !== undefined && (limit === undefined || rows.length < limit));
      const last = rows.at(-1);
      return { rows, completeTo: after === undefined || !last ? undefined : last.slot + 1 };
    },

    async lastMeasured(account, at) {
      // Nearly always one of the newest rows is it; only a long outage makes a second, wider question.
      const query = queries.slotsUpTo(account, at);
      const newest = await table.query(query, { backwards: true, limit: 8 });
      const measured = (page: Page) => page.items.filter(alive).map(parseSlotRow).find(observedBy(at));
      let found = measured(newest);
      for (let { after } = newest; found === undefined && after !== undefined; ) {
        const page = await table.query(query, { backwards: true, after, only: ['status', 'measured'] });
        found = measured(page);
        after = page.after;
      }
      return found;
    },
  };
}

/** A slot may be measured minutes after its instant: what counts is when EnKash stated the balance. */
function observedBy(at: number): (row: SlotRow) => boolean {
  return (row) => row.status === 'measured' && row.observedAt <= at;
}
