import * as z from 'zod/mini';
import type { SlotRow } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { Item } from './codec.ts';
import { keys, type RowKey } from './keys.ts';
import { type Latest, noLatest, parseLatest } from './latest-store.ts';
import { parseRow } from './row.ts';
import { parseSlotRow } from './slot-row.ts';
import type { AccountSlot } from './slot-store.ts';
import type { Table } from './table.ts';

const rowKey = z.object({ pk: z.string(), sk: z.string() });

/**
 * What is stored of some accounts and slots, as of one look. A row is parsed, and may throw `unreadable-row`, when it is
 * asked for: so it harms no other.
 */
export type Rows = {
  slot(wanted: AccountSlot): SlotRow | undefined;
  latest(account: AccountKey): Latest;
};
/** @param wanted without a slot, only the account's latest row is looked at */
export type ReadRows = (
  wanted: readonly (Pick<AccountSlot, 'account'> & { readonly slot?: number })[],
) => Promise<Rows>;

/** Reads slot rows and latest rows together: one BatchGetItem for fifty accounts. */
export function createReadRows(table: Pick<Table, 'batchGet'>): ReadRows {
  return async (wanted) => {
    const slotKeys = wanted.flatMap(({ account, slot }) => (slot === undefined ? [] : [keys.slot(account, slot)]));
    const items = await table.batchGet([...slotKeys, ...wanted.map(({ account }) => keys.latest(account))]);
    const rows = new Map(
      items.map((item) => {
        const { pk, sk } = parseRow(rowKey, item);
        return [`${pk} ${sk}`, item] as const;
      }),
    );
    const rowOf = ({ pk, sk }: RowKey): Item | undefined => rows.get(`${pk} ${sk}`);
    return {
      slot({ account, slot }) {
        const item = rowOf(keys.slot(account, slot));
        return item && parseSlotRow(item);
      },
      latest(account) {
        const item = rowOf(keys.latest(account));
        return item ? parseLatest(item) : noLatest;
      },
    };
  };
}
