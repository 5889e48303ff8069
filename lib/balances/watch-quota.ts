import { randomUUID } from 'node:crypto';
import { keys } from './keys.ts';
import type { Condition, Table } from './table.ts';

/** How many accounts each caller watches. */
export type WatchQuota = {
  /** Counts one more. @returns false when that would be more than `most` */
  take(caller: string, most: number): Promise<boolean>;
  /** Counts one less. */
  giveBack(caller: string): Promise<void>;
  /** Sets the count to what the registry says, unless something has changed since the counting began (epoch ms). */
  recount(caller: string, count: number, since: number): Promise<void>;
};

/** The callers' counts in the balances table. */
export function createWatchQuota(table: Table, now: () => number): WatchQuota {
  /** The SDK repeats a write whose acknowledgement was lost: the token tells that this change is in. */
  async function count(caller: string, by: 1 | -1, room?: Condition): Promise<boolean> {
    const token = randomUUID();
    const once: Condition = { differs: ['by', token] };
    const change = { set: { by: token, changedAt: now() }, add: { n: by } };
    if (await table.update(keys.caller(caller), change, room ? { allOf: [once, room] } : once)) return true;
    return (await table.get(keys.caller(caller), { consistent: true }))?.by === token;
  }

  return {
    take: async (caller, most) => most > 0 && count(caller, 1, { anyOf: [{ absent: true }, { below: ['n', most] }] }),
    giveBack: async (caller) => void (await count(caller, -1)),
    async recount(caller, n, since) {
      const quiet: Condition = {
        anyOf: [{ absent: true }, { absentAttribute: 'changedAt' }, { below: ['changedAt', since] }],
      };
      await table.update(keys.caller(caller), { set: { n } }, quiet);
    },
  };
}
