import * as z from 'zod/mini';
import type { SlotRow } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import { type Alerts, noAlerts, parseAlerts } from './alerts-store.ts';
import type { Item } from './codec.ts';
import { keys, type RowKey } from './keys.ts';
import { type Latest, noLatest, parseLatest } from './latest-store.ts';
import { parseRow } from './row.ts';
import { parseSlotRow } from './slot-row.ts';
import type { AccountSlot } from './slot-store.ts';
import type { Table } from './table.ts';
import { parseWatch, type Watch } from './watch-store.ts';

const rowKey = z.object({ pk: z.string(), sk: z.string() });

/**
 * What is stored of some accounts and slots, as of one look. A row is parsed, and may throw `unreadable-row`, when it is
 * asked for: so it harms no other.
 */
export type Rows = {
  slot(wanted: AccountSlot): SlotRow | undefined;
  latest(account: AccountKey): Latest;
  alerts(account: AccountKey): Alerts;
  watch(account: AccountKey): Watch | undefined;
};

/** What is to be read of an account: rows of slots, and single rows. */
export type Wanted = {
  readonly account: AccountKey;
  readonly slots?: readonly number[];
  readonly rows?: readonly ('latest' | 'alerts' | 'watch')[];
};
export type ReadRows = (wanted: readonly Wanted[]) => Promise<Rows>;

/** Reads rows of many accounts together: one BatchGetItem for a hundred rows. */
export function createReadRows(table: Pick<Table, 'batchGet'>): ReadRows {
  return async (wanted) => {
    const items = await table.batchGet(
      wanted.flatMap(({ account, slots = [], rows = [] }) => [
        ...slots.map((slot) => keys.slot(account, slot)),
        ...rows.map((row) => keys[row](account)),
      ]),
    );
    const byKey = new Map(
      items.map((item) => {
        const { pk, sk } = parseRow(rowKey, item);
        return [`${pk} ${sk}`, item] as const;
      }),
    );
    const rowOf = ({ pk, sk }: RowKey): Item | undefined => byKey.get(`${pk} ${sk}`);
    return {
      slot({ account, slot }) {
        const item = rowOf(keys.slot(account, slot));
        return item && parseSlotRow(item);
      },
      latest(account) {
        const item = rowOf(keys.latest(account));
        return item ? parseLatest(item) : noLatest;
      },
      alerts(account) {
        const item = rowOf(keys.alerts(account));
        return item ? parseAlerts(item) : noAlerts;
      },
      watch(account) {
        const item = rowOf(keys.watch(account));
        return item && parseWatch(item);
      },
    };
  };
}
