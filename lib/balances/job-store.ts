import * as z from 'zod/mini';
import { DAY_MS } from '../calendar.ts';
import { keys, queries } from './keys.ts';
import { jsonAttribute, parseRow, VERSION, version } from './row.ts';
import type { Table } from './table.ts';

export const jobKinds = ['plan', 'close', 'judge', 'day'] as const;
/** What is done of one slot or IST day for the accounts of one part of the registry's shards. */
type Job = {
  readonly kind: (typeof jobKinds)[number];
  /** The slot's instant, or the IST date. */
  readonly at: string;
  readonly part: number;
  readonly of: number;
};

const tallySchema = z.strictObject({
  counts: z.record(z.string(), z.int()),
  /** `<companyId>/<cardAccountId>` of accounts that could not be worked on yet. */
  broken: z.array(z.string()),
  /** `<companyId>/<cardAccountId>` of accounts that a person is to hear of. */
  named: z.array(z.string()),
});
/** What a job has counted so far. */
export type Tally = z.infer<typeof tallySchema>;
const noTally: Tally = { counts: {}, broken: [], named: [] };

/** How far a job has come: in which of its shards, after which row; and what it has counted up to there. */
export type JobProgress = { readonly shard: number; readonly after: string | undefined; readonly tally: Tally };

type JobBegun =
  | { readonly kind: 'begun'; readonly progress: JobProgress }
  /** Somebody else is at it. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'done' };

type JobState = { readonly startedAt: number; readonly tally: Tally };

export type JobStore = {
  /** Claims a job for `claimMs`; what a dead process had done of it is handed over. */
  begin(job: Job, owner: string, claimMs: number): Promise<JobBegun>;
  /** Notes progress and keeps the claim, or, with 0, gives it up. @returns false when somebody has taken over */
  keep(job: Job, owner: string, claimMs: number, progress: JobProgress): Promise<boolean>;
  done(job: Job, owner: string, tally: Tally): Promise<boolean>;
  /** The jobs of a slot or day, once every part is done; undefined until then. Of parts that end together, one sees all. */
  allDone(kind: Job['kind'], at: string, of: number): Promise<readonly JobState[] | undefined>;
};

const KEEP_ROWS_MS = 8 * DAY_MS;

const jobItem = z.object({
  v: version,
  state: z.enum(['working', 'done']),
  owner: z.string(),
  claimedUntil: z.int(),
  startedAt: z.int(),
  of: z.int(),
  shard: z._default(z.int(), 0),
  after: z._default(z.nullable(z.string()), null),
  tally: jsonAttribute(tallySchema),
});
type JobItem = z.infer<typeof jobItem>;

/** The jobs in the balances table, for a week. */
export function createJobStore(table: Pick<Table, 'get' | 'put' | 'update' | 'query'>, now: () => number): JobStore {
  async function read(job: Job): Promise<JobItem | undefined> {
    const item = await table.get(keys.job(job), { consistent: true });
    return item && parseRow(jobItem, item);
  }

  return {
    async begin(job, owner, claimMs) {
      const claimedUntil = now() + claimMs;
      const expiresAt = Math.ceil((now() + KEEP_ROWS_MS) / 1000);
      const row = { v: VERSION, state: 'working', owner, claimedUntil, startedAt: now(), of: job.of, expiresAt };
      if (await table.put(keys.job(job), row, { absent: true })) {
        return { kind: 'begun', progress: { shard: 0, after: undefined, tally: noTally } };
      }
      const held = await read(job);
      if (held?.state === 'done') return { kind: 'done' };
      if (!held) return { kind: 'busy' };
      const begun = { kind: 'begun', progress: progressOf(held) } as const;
      // Our own claim whose acknowledgement was lost looks like somebody else's, but for the owner.
      if (held.owner === owner) return begun;
      if (held.claimedUntil > now()) return { kind: 'busy' };
      const free = {
        allOf: [{ equals: ['owner', held.owner] }, { equals: ['claimedUntil', held.claimedUntil] }],
      } as const;
      const taken = await table.update(keys.job(job), { set: { owner, claimedUntil } }, free);
      return taken || (await read(job))?.owner === owner ? begun : { kind: 'busy' };
    },

    keep(job, owner, claimMs, { shard, after = null, tally }) {
      const set = { claimedUntil: now() + claimMs, shard, after, tally: JSON.stringify(tally) };
      return table.update(keys.job(job), { set }, { equals: ['owner', owner] });
    },

    done(job, owner, tally) {
      const set = { state: 'done', after: null, tally: JSON.stringify(tally) };
      return table.update(keys.job(job), { set }, { equals: ['owner', owner] });
    },

    async allDone(kind, at, of) {
      const { items } = await table.query(queries.jobs(kind, at), { consistent: true });
      const done = items
        .map((item) => parseRow(jobItem, item))
        .filter((row) => row.of === of && row.state === 'done')
        .map(({ startedAt, tally }) => ({ startedAt, tally: tally ?? noTally }));
      return done.length === of ? done : undefined;
    },
  };
}

function progressOf({ shard, after, tally }: JobItem): JobProgress {
  return { shard, after: after ?? undefined, tally: tally ?? noTally };
}

/** What all parts have counted. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  const counts: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [name, value] of Object.entries(tally.counts)) counts[name] = (counts[name] ?? 0) + value;
  }
  return { counts, broken: tallies.flatMap(({ broken }) => broken), named: tallies.flatMap(({ named }) => named) };
}

/** The tally with some counts added. */
export function counted(tally: Tally, counts: Readonly<Record<string, number>>, named: readonly string[] = []): Tally {
  return { ...sumTallies([tally, { counts, broken: [], named: [...named] }]), broken: tally.broken };
}
