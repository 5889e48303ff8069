import * as z from 'zod/mini';
import type { Snapshot } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { Attributes, Item } from './codec.ts';
import { keys } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import { snapshotAttributes, snapshotItem, toSnapshot } from './snapshot-item.ts';
import type { Condition, Table } from './table.ts';

/** The last balances that anybody read; `slot` is null when a caller's live read brought them. */
export type LastReading = { readonly slot: number | null; readonly observedAt: number; readonly snapshot: Snapshot };

/** What is known of an account by its last readings. */
export type Latest = {
  readonly last: LastReading | null;
  /** The newest slot that was measured, whoever has read since. */
  readonly measuredSlot: number | null;
};

export const noLatest: Latest = { last: null, measuredSlot: null };

export type LatestStore = {
  get(account: AccountKey): Promise<Latest>;
  /** Stores a caller's balances unless younger ones are there. */
  offer(account: AccountKey, last: LastReading): Promise<void>;
  /** Stores a measured slot; its balances only unless younger ones are there. */
  measured(account: AccountKey, last: LastReading & { readonly slot: number }): Promise<void>;
};

const common = { v: version, ms: z._default(z.nullable(z.int()), null) };
const latestItem = z.union([
  z.object({ ...common, ...snapshotItem, slot: z._default(z.nullable(z.int()), null) }),
  z.object({ ...common, at: z.optional(z.undefined()) }),
]);

/** The latest rows in the balances table. */
export function createLatestStore(table: Pick<Table, 'get' | 'update'>): LatestStore {
  return {
    async get(account) {
      const item = await table.get(keys.latest(account), { consistent: true });
      return item ? parseLatest(item) : noLatest;
    },

    async offer(account, last) {
      await table.update(keys.latest(account), { set: { v: VERSION, ...lastAttributes(last) } }, isYounger(last));
    },

    async measured(account, last) {
      const key = keys.latest(account);
      const set = { v: VERSION, ms: last.slot };
      if (await table.update(key, { set: { ...set, ...lastAttributes(last) } }, isYounger(last))) return;
      await table.update(key, { set }, { anyOf: [{ absentAttribute: 'ms' }, { below: ['ms', last.slot] }] });
    },
  };
}

function isYounger({ observedAt }: LastReading): Condition {
  return { anyOf: [{ absent: true }, { absentAttribute: 'at' }, { below: ['at', observedAt] }] };
}

/** Every attribute of the reading is set or removed, so that nothing of an older one stays. */
function lastAttributes({ slot, observedAt, snapshot }: LastReading): Attributes {
  return { slot, ...snapshotAttributes(observedAt, snapshot) };
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseLatest(item: Item): Latest {
  const row = parseRow(latestItem, item);
  const last = row.at === undefined ? null : { slot: row.slot, observedAt: row.at, snapshot: toSnapshot(row) };
  return { last, measuredSlot: row.ms };
}
