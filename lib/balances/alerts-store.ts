import * as z from 'zod/mini';
import type { AccountKey } from '../account-key.ts';
import { type BalanceEvent, balanceEventSchema } from '../alerts/events.ts';
import { type AlertMemory, alertMemorySchema } from '../alerts/memory.ts';
import type { Item } from './codec.ts';
import { keys } from './keys.ts';
import { count, jsonAttribute, parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

/** What is remembered of an account's rules, and the events that may not have been delivered yet, the oldest first. */
export type Alerts = {
  /** 0 when there is no row yet; each write adds one. */
  readonly revision: number;
  /** The edition of the watch that the memory belongs to; 0: none. */
  readonly edition: number;
  readonly memory: AlertMemory;
  readonly pending: readonly BalanceEvent[];
};

export const noAlerts: Alerts = { revision: 0, edition: 0, memory: {}, pending: [] };

export type AlertsStore = {
  get(account: AccountKey): Promise<Alerts>;
  /** Writes over the row that was read. @returns false when somebody has changed it since */
  put(account: AccountKey, next: Omit<Alerts, 'revision'>, read: Alerts): Promise<boolean>;
};

const alertsItem = z.object({
  v: version,
  rev: z.int().check(z.positive()),
  of: count,
  rules: jsonAttribute(alertMemorySchema),
  events: jsonAttribute(z.array(balanceEventSchema)),
});

/** The `alerts` rows in the balances table; written only when something changes. */
export function createAlertsStore(table: Pick<Table, 'get' | 'put'>): AlertsStore {
  return {
    async get(account) {
      const item = await table.get(keys.alerts(account), { consistent: true });
      return item ? parseAlerts(item) : noAlerts;
    },

    put(account, { edition, memory, pending }, { revision }) {
      return table.put(
        keys.alerts(account),
        {
          ...{ v: VERSION, rev: revision + 1, of: edition },
          rules: Object.keys(memory).length > 0 ? JSON.stringify(memory) : null,
          events: pending.length > 0 ? JSON.stringify(pending) : null,
        },
        revision === 0 ? { absent: true } : { equals: ['rev', revision] },
      );
    },
  };
}

/** @throws AppError INTERNAL `unreadable-row` */
export function parseAlerts(item: Item): Alerts {
  const { rev, of, rules, events } = parseRow(alertsItem, item);
  return { revision: rev, edition: of, memory: rules ?? {}, pending: events ?? [] };
}
