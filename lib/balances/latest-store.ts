import * as z from 'zod/mini';
import type { Snapshot } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import { type AlertMemory, alertMemorySchema } from '../alerts/decide.ts';
import { type BalanceEvent, balanceEventSchema } from '../alerts/events.ts';
import type { Attributes, Item } from './codec.ts';
import { keys } from './keys.ts';
import { jsonAttribute, parseRow, VERSION, version } from './row.ts';
import { snapshotAttributes, snapshotItem, toSnapshot } from './slot-row.ts';
import type { Condition, Table } from './table.ts';

/** The last balances that anybody read; `slot` is null when a caller's live read brought them. */
export type LastReading = { readonly slot: number | null; readonly observedAt: number; readonly snapshot: Snapshot };

/** An account's latest row: balances, alert state and at most one event that may not have been delivered yet. */
export type Latest = {
  /** 0 when there is no row yet; each write adds one. */
  readonly revision: number;
  readonly last: LastReading | null;
  readonly memory: AlertMemory | null;
  readonly pending: BalanceEvent | null;
};

export const noLatest: Latest = { revision: 0, last: null, memory: null, pending: null };

export type LatestChange = {
  readonly last?: LastReading;
  readonly memory?: AlertMemory;
  /** null clears. */
  readonly pending?: BalanceEvent | null;
};

export type LatestStore = {
  get(account: AccountKey): Promise<Latest>;
  /** Changes the row that was read. @returns false when somebody has changed it since */
  change(account: AccountKey, read: Latest, change: LatestChange): Promise<boolean>;
  /** Stores balances unless younger ones are there; leaves the alert state alone. */
  offer(account: AccountKey, last: LastReading): Promise<void>;
};

const common = {
  v: version,
  rev: z.int().check(z.positive()),
  alert: jsonAttribute(alertMemorySchema),
  event: jsonAttribute(balanceEventSchema),
};
const latestItem = z.union([
  z.object({ ...common, ...snapshotItem, slot: z._default(z.nullable(z.int()), null) }),
  z.object({ ...common, at: z.optional(z.undefined()) }),
]);

/** The latest rows in the balances table. */
export function createLatestStore(table: Table): LatestStore {
  return {
    async get(account) {
      const item = await table.get(keys.latest(account), { consistent: true });
      return item ? parseLatest(item) : noLatest;
    },

    change(account, read, { last, memory, pending }) {
      const condition: Condition = read.revision === 0 ? { absent: true } : { equals: ['rev', read.revision] };
      const set: Attributes = {
        v: VERSION,
        ...(last && lastAttributes(last)),
        ...(memory && { alert: JSON.stringify(memory) }),
        ...(pending !== undefined && { event: pending === null ? null : JSON.stringify(pending) }),
      };
      return table.update(keys.latest(account), { set, add: { rev: 1 } }, condition);
    },

    async offer(account, last) {
      const younger: Condition = {
        anyOf: [{ absent: true }, { absentAttribute: 'at' }, { below: ['at', last.observedAt] }],
      };
      await table.update(
        keys.latest(account),
        { set: { v: VERSION, ...lastAttributes(last) }, add: { rev: 1 } },
        younger,
      );
    },
  };
}

/** Every attribute of the reading is set or removed, so that nothing of an older one stays. */
function lastAttributes({ slot, observedAt, snapshot }: LastReading): Attributes {
  return { slot, ...snapshotAttributes(observedAt, snapshot) };
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseLatest(item: Item): Latest {
  const row = parseRow(latestItem, item);
  const last = row.at === undefined ? null : { slot: row.slot, observedAt: row.at, snapshot: toSnapshot(row) };
  return { revision: row.rev, last, memory: row.alert, pending: row.event };
}
