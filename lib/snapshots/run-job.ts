import { counted, type JobProgress, type JobStore, type Tally } from '../balances/job-store.ts';
import type { Watch, WatchStore } from '../balances/watch-store.ts';
import { JOB_CLAIM_MS, JOB_KEEP_MS } from '../budgets.ts';
import type { Log } from '../log.ts';
import { type JobMessage, shardsOf } from './job-message.ts';

export type RunJobDeps = {
  readonly jobs: JobStore;
  readonly watches: Pick<WatchStore, 'page' | 'get'>;
  readonly now: () => number;
  /** A name for this invocation that no other has. */
  readonly newOwner: () => string;
  readonly log: Log;
};

/** What came of some accounts; one that is broken is tried again. */
export type PageResult = {
  readonly counts: Readonly<Record<string, number>>;
  readonly broken: readonly Watch[];
  readonly named?: readonly string[];
};

export type JobWork = {
  /** One account's failure stays its own. @param unreadable how many rows beside them are none of ours */
  readonly page: (watches: readonly Watch[], unreadable: number) => Promise<PageResult>;
  /** Until then (epoch ms) broken accounts are tried again; after it they are counted as this says. */
  readonly patientUntil: number;
  readonly givenUp: (account: Watch | undefined) => Readonly<Record<string, number>>;
};

export type JobOutcome =
  | 'done'
  /** The time was up: what was done is noted, and the job is to be sent again. */
  | 'unfinished'
  /** Somebody else is at it, or some accounts are broken: the job comes back later. */
  | 'later';

/** A row of the job holds the names of so many broken accounts. Those beyond are a page to do again, or, too late for that, given up. */
const MOST_BROKEN = 200;

/**
 * Works through the accounts of a part of the registry, page by page, from where the last invocation has noted. Memory does not grow
 * with the registry, and nothing counts twice: what was counted since the last note is forgotten with it.
 * @param deadline epoch ms before which to return
 */
export async function runJob(deps: RunJobDeps, job: JobMessage, deadline: number, work: JobWork): Promise<JobOutcome> {
  const { jobs, now } = deps;
  const owner = deps.newOwner();
  const begun = await jobs.begin(job, owner, JOB_CLAIM_MS);
  if (begun.kind !== 'begun') return begun.kind === 'done' ? 'done' : 'later';
  let { progress } = begun;
  let keptAt = now();
  const shards = shardsOf(job);
  for (let shard = shards[progress.shard]; shard !== undefined; shard = shards[progress.shard]) {
    if (now() >= deadline) {
      await jobs.keep(job, owner, 0, progress);
      return 'unfinished';
    }
    try {
      progress = await workedOn(deps, shard, progress, work);
    } catch (error) {
      // The next try need not wait until the claim ends.
      await jobs.keep(job, owner, 0, progress).catch(() => false);
      throw error;
    }
    if (now() - keptAt >= JOB_KEEP_MS) {
      if (!(await jobs.keep(job, owner, JOB_CLAIM_MS, progress))) return 'later';
      keptAt = now();
    }
  }
  const tally = await mended(deps, progress.tally, work);
  if (tally.broken.length === 0) return (await jobs.done(job, owner, tally)) ? 'done' : 'later';
  await jobs.keep(job, owner, 0, { ...progress, tally });
  return 'later';
}

/** Works on the next page of a shard. @throws when more accounts are broken than can be noted, and there is time to try again */
async function workedOn(
  { watches, now, log }: RunJobDeps,
  shard: number,
  { shard: index, after, tally }: JobProgress,
  { page: workOn, patientUntil, givenUp }: JobWork,
): Promise<JobProgress> {
  const page = await watches.page(shard, after);
  if (page.unreadable > 0) log('error', 'job', { outcome: 'unreadable-watch', count: page.unreadable });
  const { counts, named, broken } = await workOn(page.watches, page.unreadable);
  const room = MOST_BROKEN - tally.broken.length;
  const beyond = broken.slice(room);
  if (beyond.length > 0 && now() < patientUntil) throw new Error('too many accounts could not be worked on');
  let next = counted(tally, counts, named);
  for (const watch of beyond) next = counted(next, givenUp(watch));
  return {
    shard: page.after === undefined ? index + 1 : index,
    after: page.after,
    tally: { ...next, broken: [...tally.broken, ...broken.slice(0, room).map(nameOf)] },
  };
}

/** Tries the broken accounts once more, each by itself. */
async function mended({ watches, now }: RunJobDeps, before: Tally, work: JobWork): Promise<Tally> {
  let tally: Tally = { ...before, broken: [] };
  for (const name of before.broken) {
    const [companyId = '', cardAccountId = ''] = name.split('/');
    const watch = await watches.get({ companyId, cardAccountId }).catch(() => undefined);
    const result = watch && (await work.page([watch], 0));
    const isWell = result !== undefined && result.broken.length === 0;
    if (isWell) tally = counted(tally, result.counts, result.named);
    else if (now() >= work.patientUntil) tally = counted(tally, work.givenUp(watch));
    else tally = { ...tally, broken: [...tally.broken, name] };
  }
  return tally;
}

/** How a tally names an account. */
export function nameOf({ companyId, cardAccountId }: { companyId: string; cardAccountId: string }): string {
  return `${companyId}/${cardAccountId}`;
}
