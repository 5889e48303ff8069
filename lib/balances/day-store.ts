import type { AccountKey } from '../account-key.ts';
import { istDay } from '../calendar.ts';
import { type DayRow, dayAttributes, parseDayRow } from './day-row.ts';
import { keys, queries } from './keys.ts';
import type { Table } from './table.ts';

type AccountDay = { readonly account: AccountKey; readonly day: string };

export type DayStore = {
  put(account: AccountKey, row: DayRow): Promise<void>;
  /** The rows of many accounts by one look; one that is not ours throws `unreadable-row` when it is asked for. */
  getMany(wanted: readonly AccountDay[]): Promise<(wanted: AccountDay) => DayRow | undefined>;
  /** An account's rows from one IST date to another, both included. */
  rows(account: AccountKey, first: string, last: string): Promise<readonly DayRow[]>;
  /** The last day whose close was observed at or before an instant. */
  lastBefore(account: AccountKey, at: number): Promise<DayRow | undefined>;
};

/** Day rows in the balances table; they stay for ever. */
export function createDayStore(table: Table): DayStore {
  return {
    async put(account, row) {
      await table.put(keys.day(account, row.day), dayAttributes(row));
    },

    async getMany(wanted) {
      const items = await table.batchGet(wanted.map(({ account, day }) => keys.day(account, day)));
      const byKey = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
      return ({ account, day }) => {
        const { pk, sk } = keys.day(account, day);
        const item = byKey.get(`${pk} ${sk}`);
        return item && parseDayRow(item);
      };
    },

    async rows(account, first, last) {
      const rows: DayRow[] = [];
      let after: string | undefined;
      do {
        const page = await table.query(queries.days(account, first, last), { after });
        rows.push(...page.items.map(parseDayRow));
        after = page.after;
      } while (after !== undefined);
      return rows;
    },

    async lastBefore(account, at) {
      let after: string | undefined;
      do {
        const page = await table.query(queries.days(account, '0', istDay(at)), { backwards: true, limit: 31, after });
        const found = page.items.map(parseDayRow).find(({ range }) => range !== null && range.observedAt <= at);
        if (found) return found;
        after = page.after;
      } while (after !== undefined);
      return undefined;
    },
  };
}
