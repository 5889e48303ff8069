import * as z from 'zod';
import type { AccountKey } from '../account.ts';
import { keys } from './keys.ts';
import { type Latest, noLatest, parseLatest } from './latest-store.ts';
import { parseRow, parseSlotRow, type SlotRow } from './rows.ts';
import type { AccountSlot } from './slot-store.ts';
import type { Table } from './table.ts';

const rowKey = z.object({ pk: z.string(), sk: z.string() });

/** What is stored of some accounts and slots, as of one look. */
export type Seen = {
  slot(wanted: AccountSlot): SlotRow | undefined;
  latest(account: AccountKey): Latest;
};
/** @param wanted without a slot, only the account's latest row is looked at */
export type Look = (wanted: readonly (Pick<AccountSlot, 'account'> & { readonly slot?: number })[]) => Promise<Seen>;

/** Reads slot rows and latest rows together: one BatchGetItem for fifty accounts. */
export function createLook(table: Pick<Table, 'batchGet'>): Look {
  return async (wanted) => {
    const slotKeys = wanted.flatMap(({ account, slot }) => (slot === undefined ? [] : [keys.slot(account, slot)]));
    const items = await table.batchGet([...slotKeys, ...wanted.map(({ account }) => keys.latest(account))]);
    const rows = new Map<string, SlotRow>();
    const latests = new Map<string, Latest>();
    for (const item of items) {
      const { pk, sk } = parseRow(rowKey, item);
      if (sk === 'latest') latests.set(pk, parseLatest(item));
      else rows.set(`${pk} ${sk}`, parseSlotRow(item));
    }
    return {
      slot({ account, slot }) {
        const { pk, sk } = keys.slot(account, slot);
        return rows.get(`${pk} ${sk}`);
      },
      latest: (account) => latests.get(keys.latest(account).pk) ?? noLatest,
    };
  };
}
