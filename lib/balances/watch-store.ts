import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { type AccountKey, cardAccountId, companyId } from '../account-key.ts';
import type { WatchEdition } from '../alerts/memory.ts';
import { type Rules, rulesSchema } from '../alerts/rule.ts';
import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import { AppError } from '../errors.ts';
import type { Item } from './codec.ts';
import { keys, queries } from './keys.ts';
import { jsonAttribute, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

/** An account's place in the registry. Times in epoch ms. */
export type Watch = AccountKey & {
  readonly partner: string;
  /** Whose quota it counts against: the caller who began it. */
  readonly caller: string;
  /** When the watch began. */
  readonly since: number;
  /** When its span began: later than `since` where it was suspended in between. */
  readonly start: number;
  /** Since when no grant covers it: until then it is not in the schedule. null: it is. */
  readonly suspended: number | null;
  /** null while it is watched. */
  readonly end: number | null;
  /** Earlier spans of which slots may still be there. */
  readonly past: readonly Span[];
  readonly rules: Rules;
  /** What one change of rules, or the begin or end of the watch, makes: epoch ms, or one more than the one before. */
  readonly edition: number;
  readonly revision: number;
};

type WatchPage = {
  readonly watches: readonly Watch[];
  /** Rows that we did not write: one of them must not hold up the others. */
  readonly unreadable: number;
  readonly after: string | undefined;
};

export type WatchStore = {
  get(account: AccountKey): Promise<Watch | undefined>;
  /** The watches of many accounts by one look; a row that is not ours throws `unreadable-row` when it is asked for. */
  getMany(accounts: readonly AccountKey[]): Promise<(account: AccountKey) => Watch | undefined>;
  /** Writes a watch over the one that was read. @returns false when somebody else has changed it since */
  put(watch: Omit<Watch, 'revision'>, read: Watch | undefined): Promise<boolean>;
  page(shard: number, after?: string): Promise<WatchPage>;
};

/** Rows of an ended watch are of no use once the slots are gone. */
const KEEP_ENDED_MS = (RAW_DAYS + 2) * DAY_MS;
/** 250 bytes each, most of them: a page of 250 kB, a hundred SQS batches. */
const PAGE = 1000;

const spans = z.array(z.tuple([z.int(), z.int()]));
const watchItem = z.object({
  v: version,
  sk: z.string(),
  partner: z.string(),
  caller: z.string(),
  since: z.int(),
  start: z.int(),
  suspended: z._default(z.nullable(z.int()), null),
  end: z._default(z.nullable(z.int()), null),
  past: jsonAttribute(spans),
  rules: jsonAttribute(rulesSchema),
  ed: z.int(),
  rev: z.int().check(z.positive()),
});

/** The registry of watched accounts in the balances table. */
export function createWatchStore(table: Table): WatchStore {
  return {
    async get(account) {
      const item = await table.get(keys.watch(account), { consistent: true });
      return item && parseWatch(item);
    },

    async getMany(accounts) {
      const items = await table.batchGet(accounts.map(keys.watch));
      const bySk = new Map(items.map((item) => [item.sk, item]));
      return (account) => {
        const item = bySk.get(keys.watch(account).sk);
        return item && parseWatch(item);
      };
    },

    async put(watch, read) {
      const { partner, caller, since, start, suspended, end, past, rules, edition } = watch;
      const by = randomUUID();
      const written = await table.put(
        keys.watch(watch),
        {
          ...{ v: VERSION, partner, caller, since, start, suspended, end, by, rev: (read?.revision ?? 0) + 1 },
          past: past.length > 0 ? JSON.stringify(past.map(({ from, to }) => [from, to])) : null,
          ed: edition,
          rules: Object.keys(rules).length > 0 ? JSON.stringify(rules) : null,
          expiresAt: end === null ? null : Math.ceil((end + KEEP_ENDED_MS) / 1000),
        },
        read ? { equals: ['rev', read.revision] } : { absent: true },
      );
      if (written) return true;
      // The SDK repeats a write whose acknowledgement was lost, and the repeat meets our own row.
      const there = await table.get(keys.watch(watch), { consistent: true });
      return there?.by === by;
    },

    async page(shard, after) {
      const page = await table.query(queries.shard(shard), { limit: PAGE, after });
      const watches = page.items.map(readWatch).filter((watch) => watch !== undefined);
      return { watches, unreadable: page.items.length - watches.length, after: page.after };
    },
  };
}

const registryKey = z.tuple([companyId, cardAccountId]);

/** @throws AppError INTERNAL `unreadable-row` */
export function parseWatch(item: Item): Watch {
  const watch = readWatch(item);
  if (!watch) throw new AppError('INTERNAL', { reason: 'unreadable-row' });
  return watch;
}

function readWatch(item: Item): Watch | undefined {
  const parsed = watchItem.safeParse(item);
  const parts = registryKey.safeParse(parsed.data?.sk.split('#'));
  if (!parsed.success || !parts.success) return undefined;
  const { sk: _sk, past, rules, ed, rev, v: _, ...row } = parsed.data;
  const [company, cardAccount] = parts.data;
  return {
    ...row,
    companyId: company,
    cardAccountId: cardAccount,
    past: (past ?? []).map(([from, to]) => ({ from, to })),
    rules: rules ?? {},
    edition: ed,
    revision: rev,
  };
}

/** The watch as its alerts know it. */
export function editionOf(watch: Omit<Watch, 'revision'>): WatchEdition {
  const { companyId, cardAccountId, edition, rules, end, suspended } = watch;
  const ended = end === null ? null : suspended === null ? 'unwatched' : 'grant-removed';
  return { account: { companyId, cardAccountId }, edition, rules, ended };
}

/** The edition that a change makes now. */
export function nextEdition(watch: Pick<Watch, 'edition'> | undefined, now: number): number {
  return Math.max((watch?.edition ?? 0) + 1, now);
}
