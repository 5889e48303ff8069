import * as z from 'zod';
import type { Span } from '../calendar.ts';
import { instantOf } from '../slots.ts';
import type { Item } from './codec.ts';
import type { Coverage } from './day-row.ts';
import { keys, queries, type RowKey } from './keys.ts';
import { jsonAttribute, parseRow, RAW_DAYS, VERSION, version } from './slot-row.ts';
import type { Table } from './table.ts';

/** How far the planner has come: the shard it is in, and after which row of it. */
export type Progress = { readonly shard: number; readonly after?: string | undefined; readonly planned: number };

export type Begun =
  | { readonly kind: 'begun'; readonly progress: Progress }
  /** Somebody else has planned the slot, or is at it. */
  | { readonly kind: 'planned' | 'busy' };

export type Run = { readonly slot: number; readonly state: 'planning' | 'planned' | 'ended'; readonly planned: number };

export type RunStore = {
  /** Claims a slot's planning for `leaseMs`; what a dead planner had done is handed over. */
  begin(slot: number, owner: string, leaseMs: number): Promise<Begun>;
  /** Notes progress and keeps the lease. @returns false when another planner has taken over */
  keep(slot: number, owner: string, leaseMs: number, progress: Progress): Promise<boolean>;
  planned(slot: number, owner: string, planned: number): Promise<boolean>;
  /** The slots' runs that are there. */
  runs(span: Span): Promise<readonly Run[]>;
  end(slot: number, counts: Coverage): Promise<void>;
  endedDays(first: string, last: string): Promise<ReadonlySet<string>>;
  endDay(day: string, accounts: number): Promise<void>;
};

const runItem = z.object({
  v: version,
  sk: z.string(),
  state: z.enum(['planning', 'planned', 'ended']),
  owner: z.string().default(''),
  lease: z.int().default(0),
  progress: jsonAttribute(z.object({ shard: z.int(), after: z.string().optional(), planned: z.int() })),
  planned: z.int().default(0),
});

const SLOT_PREFIX = 'slot#';
const DAY_PREFIX = 'day#';

/** The runs in the balances table. */
export function createRunStore(table: Table, now: () => number): RunStore {
  const expiresAt = (slot: number): number => Math.ceil(slot / 1000) + RAW_DAYS * 86_400;
  const start: Progress = { shard: 0, planned: 0 };

  async function all(query: ReturnType<typeof queries.slotRuns>): Promise<Item[]> {
    const items: Item[] = [];
    let after: string | undefined;
    do {
      const page = await table.query(query, { after });
      items.push(...page.items);
      after = page.after;
    } while (after !== undefined);
    return items;
  }

  async function read(key: RowKey): Promise<z.infer<typeof runItem> | undefined> {
    const item = await table.get(key, { consistent: true });
    return item && parseRow(runItem, item);
  }

  return {
    async begin(slot, owner, leaseMs) {
      const key = keys.slotRun(slot);
      const lease = now() + leaseMs;
      const claim = { v: VERSION, state: 'planning', owner, lease, expiresAt: expiresAt(slot) };
      if (await table.put(key, claim, { absent: true })) return { kind: 'begun', progress: start };

      const run = await read(key);
      if (!run) return { kind: 'busy' };
      if (run.state !== 'planning') return { kind: 'planned' };
      const begun = { kind: 'begun', progress: run.progress ?? start } as const;
      // Our own claim whose acknowledgement was lost looks like somebody else's, but for the owner.
      if (run.owner === owner) return begun;
      if (run.lease > now()) return { kind: 'busy' };
      const taken = await table.update(key, { set: { owner, lease } }, { equals: ['owner', run.owner] });
      return taken || (await read(key))?.owner === owner ? begun : { kind: 'busy' };
    },

    keep(slot, owner, leaseMs, progress) {
      const set = { lease: now() + leaseMs, progress: JSON.stringify(progress) };
      return table.update(keys.slotRun(slot), { set }, { equals: ['owner', owner] });
    },

    planned(slot, owner, planned) {
      const set = { state: 'planned', planned, progress: null, lease: null };
      return table.update(keys.slotRun(slot), { set }, { equals: ['owner', owner] });
    },

    async runs(span) {
      const rows = (await all(queries.slotRuns(span))).map((item) => parseRow(runItem, item));
      return rows.map(({ sk, state, planned }) => ({ slot: Date.parse(sk.slice(SLOT_PREFIX.length)), state, planned }));
    },

    async end(slot, counts) {
      const set = { v: VERSION, state: 'ended', ...counts, endedAt: instantOf(now()), expiresAt: expiresAt(slot) };
      await table.update(keys.slotRun(slot), { set: { ...set, progress: null, lease: null } });
    },

    async endedDays(first, last) {
      const items = await all(queries.dayRuns(first, last));
      return new Set(items.map((item) => String(item.sk).slice(DAY_PREFIX.length)));
    },

    async endDay(day, accounts) {
      await table.put(keys.dayRun(day), {
        v: VERSION,
        accounts,
        endedAt: instantOf(now()),
        expiresAt: expiresAt(now()),
      });
    },
  };
}
