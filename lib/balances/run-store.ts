import * as z from 'zod/mini';
import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import { slotText } from '../instants.ts';
import type { Item } from './codec.ts';
import type { Coverage } from './day-row.ts';
import { keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

type RunState = 'planning' | 'planned' | 'ended';
type Run = {
  readonly slot: number;
  readonly state: RunState;
  /** In the schedule, as the planner or the reconciler has counted; 0 before either has. */
  readonly accounts: number;
};

/** What the planner counted: watches that are due, and those that no grant covers. */
type Planned = { readonly planned: number; readonly suspended: number };

/** Accounts that had no balance on a whole day, the first of them by name. */
type DayEnd = {
  readonly accounts: number;
  readonly unmeasured: number;
  readonly named: readonly string[];
};

export type RunStore = {
  /** Notes that a slot's planning has begun. @returns false when it has been planned already */
  begin(slot: number): Promise<boolean>;
  /** @returns false when that was noted before */
  planned(slot: number, counts: Planned): Promise<boolean>;
  /** The slots' runs that are there, ascending. */
  runs(span: Span): Promise<readonly Run[]>;
  /** The newest runs before a slot that have counted, the newest first. */
  newest(before: number, limit: number): Promise<readonly Run[]>;
  /** The first slot of a span that has a run. */
  first(span: Span): Promise<number | undefined>;
  /** @returns false when the slot has been ended before */
  end(slot: number, counts: Coverage): Promise<boolean>;
  endedDays(first: string, last: string): Promise<ReadonlySet<string>>;
  /** @returns false when the day has been ended before */
  endDay(day: string, end: DayEnd): Promise<boolean>;
};

const runItem = z.object({
  v: version,
  sk: z.string(),
  state: z.enum(['planning', 'planned', 'ended']),
  planned: z._default(z.int(), 0),
  expected: z._default(z.int(), 0),
});

const SLOT_PREFIX = 'slot#';
const DAY_PREFIX = 'day#';

/** The runs in the balances table. */
export function createRunStore(table: Table, now: () => number): RunStore {
  const expiresAt = (slot: number): number => Math.ceil((slot + RAW_DAYS * DAY_MS) / 1000);

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

  function toRun(item: Item): Run {
    const { sk, state, planned, expected } = parseRow(runItem, item);
    return { slot: Date.parse(sk.slice(SLOT_PREFIX.length)), state, accounts: Math.max(planned, expected) };
  }

  return {
    async begin(slot) {
      const key = keys.slotRun(slot);
      const row = { v: VERSION, state: 'planning', expiresAt: expiresAt(slot) };
      if (await table.put(key, row, { absent: true })) return true;
      const held = await table.get(key, { consistent: true });
      return held === undefined || parseRow(runItem, held).state === 'planning';
    },

    planned(slot, counts) {
      return table.update(
        keys.slotRun(slot),
        { set: { state: 'planned', ...counts } },
        { equals: ['state', 'planning'] },
      );
    },

    async runs(span) {
      return (await all(queries.slotRuns(span))).map(toRun);
    },

    async newest(before, limit) {
      const span = { from: before - DAY_MS, to: before };
      const { items } = await table.query(queries.slotRuns(span), { backwards: true, limit: limit + 3 });
      return items
        .map(toRun)
        .filter(({ state }) => state !== 'planning')
        .slice(0, limit);
    },

    async first(span) {
      const { items } = await table.query(queries.slotRuns(span), { limit: 1 });
      return items.map(toRun).at(0)?.slot;
    },

    end(slot, counts) {
      const set = { v: VERSION, state: 'ended', ...counts, endedAt: slotText(now()), expiresAt: expiresAt(slot) };
      return table.update(keys.slotRun(slot), { set }, { differs: ['state', 'ended'] });
    },

    async endedDays(first, last) {
      const items = await all(queries.dayRuns(first, last));
      return new Set(items.map((item) => String(item.sk).slice(DAY_PREFIX.length)));
    },

    endDay(day, { accounts, unmeasured, named }) {
      const set = { v: VERSION, accounts, unmeasured, named: named.join(' '), endedAt: slotText(now()) };
      return table.put(keys.dayRun(day), { ...set, expiresAt: expiresAt(now()) }, { absent: true });
    },
  };
}
