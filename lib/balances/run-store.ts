import * as z from 'zod/mini';
import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import { slotText } from '../instants.ts';
import type { Item } from './codec.ts';
import type { Coverage } from './day-row.ts';
import { keys, queries, type RowKey } from './keys.ts';
import { jsonAttribute, parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

/** How far the planner has come: the shard it is in, and after which row of it. */
export type Progress = {
  readonly shard: number;
  readonly after?: string | undefined;
  readonly planned: number;
  readonly suspended?: number | undefined;
};
/** What the planner counted: watches that are due, and those that no grant covers. */
type Planned = { readonly planned: number; readonly suspended: number };

type Begun =
  | { readonly kind: 'begun'; readonly progress: Progress }
  /** Somebody else has planned the slot, or is at it. */
  | { readonly kind: 'planned' | 'busy' };

type Run = { readonly slot: number; readonly state: 'planning' | 'planned' | 'ended'; readonly planned: number };

export type RunStore = {
  /** Claims a slot's planning for `claimMs`; what a dead planner had done is handed over. */
  begin(slot: number, owner: string, claimMs: number): Promise<Begun>;
  /** Notes progress and keeps the claim. @returns false when another planner has taken over */
  keep(slot: number, owner: string, claimMs: number, progress: Progress): Promise<boolean>;
  planned(slot: number, owner: string, counts: Planned): Promise<boolean>;
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
  owner: z._default(z.string(), ''),
  claimedUntil: z._default(z.int(), 0),
  progress: jsonAttribute(
    z.object({ shard: z.int(), after: z.optional(z.string()), planned: z.int(), suspended: z.optional(z.int()) }),
  ),
  planned: z._default(z.int(), 0),
});

const SLOT_PREFIX = 'slot#';
const DAY_PREFIX = 'day#';

/** The runs in the balances table. */
export function createRunStore(table: Table, now: () => number): RunStore {
  const expiresAt = (slot: number): number => Math.ceil((slot + RAW_DAYS * DAY_MS) / 1000);
  const start: Progress = { shard: 0, planned: 0 };

  return {
    async begin(slot, owner, claimMs) {
      const key = keys.slotRun(slot);
      const claimedUntil = now() + claimMs;
      const claim = { v: VERSION, state: 'planning', owner, claimedUntil, expiresAt: expiresAt(slot) };
      if (await table.put(key, claim, { absent: true })) return { kind: 'begun', progress: start };

      const run = await read(table, key);
      if (!run) return { kind: 'busy' };
      if (run.state !== 'planning') return { kind: 'planned' };
      const begun = { kind: 'begun', progress: run.progress ?? start } as const;
      // Our own claim whose acknowledgement was lost looks like somebody else's, but for the owner.
      if (run.owner === owner) return begun;
      if (run.claimedUntil > now()) return { kind: 'busy' };
      const taken = await table.update(key, { set: { owner, claimedUntil } }, { equals: ['owner', run.owner] });
      return taken || (await read(table, key))?.owner === owner ? begun : { kind: 'busy' };
    },

    keep(slot, owner, claimMs, progress) {
      const set = { claimedUntil: now() + claimMs, progress: JSON.stringify(progress) };
      return table.update(keys.slotRun(slot), { set }, { equals: ['owner', owner] });
    },

    planned(slot, owner, { planned, suspended }) {
      const set = { state: 'planned', planned, suspended, progress: null, claimedUntil: null };
      return table.update(keys.slotRun(slot), { set }, { equals: ['owner', owner] });
    },

    async runs(span) {
      const rows = (await all(table, queries.slotRuns(span))).map((item) => parseRow(runItem, item));
      return rows.map(({ sk, state, planned }) => ({ slot: Date.parse(sk.slice(SLOT_PREFIX.length)), state, planned }));
    },

    async end(slot, counts) {
      const set = { v: VERSION, state: 'ended', ...counts, endedAt: slotText(now()), expiresAt: expiresAt(slot) };
      await table.update(keys.slotRun(slot), { set: { ...set, progress: null, claimedUntil: null } });
    },

    async endedDays(first, last) {
      const items = await all(table, queries.dayRuns(first, last));
      return new Set(items.map((item) => String(item.sk).slice(DAY_PREFIX.length)));
    },

    async endDay(day, accounts) {
      await table.put(keys.dayRun(day), {
        v: VERSION,
        accounts,
        endedAt: slotText(now()),
        expiresAt: expiresAt(now()),
      });
    },
  };
}

async function all(table: Table, query: ReturnType<typeof queries.slotRuns>): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await table.query(query, { after });
    items.push(...page.items);
    after = page.after;
  } while (after !== undefined);
  return items;
}

async function read(table: Table, key: RowKey): Promise<z.infer<typeof runItem> | undefined> {
  const item = await table.get(key, { consistent: true });
  return item && parseRow(runItem, item);
}
