import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Profile } from './judge.ts';

/** What a profile came to over many seeds. */
export type ProfileRow = {
  readonly profile: string;
  readonly runs: number;
  readonly lockOuts: number;
  readonly maxLogins: number;
  readonly maxInFlight: number;
  /** Runs at whose end a gate waits for a person. */
  readonly closed: number;
  /** Runs that healed without one, and of these the ones without an outage of more than 75 s afterwards. */
  readonly healed: number;
  readonly within75: number;
  readonly failed: readonly string[];
};

/** A part of a profile's seeds, for one thread. */
export type ProfileJob = { readonly profile: string; readonly from: number; readonly to: number };

/** Rows of this process, by profile and seeds: two figures may look at the same runs. */
const known = new Map<string, ProfileRow>();

/** Each profile over `seeds` seeds, on all cores; the threads live for all of it. */
export async function runProfiles(profiles: readonly Profile[], seeds: number): Promise<ProfileRow[]> {
  const parts = availableParallelism();
  const keyOf = (name: string): string => `${seeds} ${name}`;
  const jobs = profiles
    .filter(({ name }) => !known.has(keyOf(name)))
    .flatMap(({ name }) =>
      Array.from({ length: parts }, (_, part) => ({
        profile: name,
        from: Math.floor((part * seeds) / parts) + 1,
        to: Math.floor(((part + 1) * seeds) / parts),
      })),
    );
  const rows = new Map<string, ProfileRow>();
  const lane = async (): Promise<void> => {
    const worker = jobs.length > 0 ? new Worker(new URL('./profile-worker.ts', import.meta.url)) : undefined;
    for (let job = jobs.shift(); job && worker; job = jobs.shift()) {
      const part = await runOn(worker, job);
      const row = rows.get(job.profile);
      rows.set(job.profile, row ? merge(row, part) : part);
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: parts }, lane));
  for (const [name, row] of rows) known.set(keyOf(name), row);
  return profiles.flatMap(({ name }) => known.get(keyOf(name)) ?? []);
}

async function runOn(worker: Worker, job: ProfileJob): Promise<ProfileRow> {
  worker.postMessage(job);
  const [row]: ProfileRow[] = await once(worker, 'message');
  if (!row) throw new Error('a thread without an answer');
  return row;
}

function merge(a: ProfileRow, b: ProfileRow): ProfileRow {
  return {
    profile: a.profile,
    runs: a.runs + b.runs,
    lockOuts: a.lockOuts + b.lockOuts,
    maxLogins: Math.max(a.maxLogins, b.maxLogins),
    maxInFlight: Math.max(a.maxInFlight, b.maxInFlight),
    closed: a.closed + b.closed,
    healed: a.healed + b.healed,
    within75: a.within75 + b.within75,
    failed: [...a.failed, ...b.failed],
  };
}

/** Whether all runs kept the contract, and no more gates than allowed wait for a person. */
export function holds({ failed, closed, runs }: ProfileRow, { expects }: Profile): boolean {
  return failed.length === 0 && (expects.closedShare === undefined || closed <= Math.ceil(expects.closedShare * runs));
}
