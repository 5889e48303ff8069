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

/** Each profile over `seeds` seeds, on all cores. */
export async function runProfiles(profiles: readonly Profile[], seeds: number): Promise<ProfileRow[]> {
  const parts = availableParallelism();
  const jobs = profiles.flatMap(({ name }) =>
    Array.from({ length: parts }, (_, part) => ({
      profile: name,
      from: Math.floor((part * seeds) / parts) + 1,
      to: Math.floor(((part + 1) * seeds) / parts),
    })),
  );
  const rows = new Map<string, ProfileRow>();
  const next = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const part = await onThread(job);
      const row = rows.get(job.profile);
      rows.set(job.profile, row ? merge(row, part) : part);
    }
  };
  await Promise.all(Array.from({ length: parts }, next));
  return profiles.flatMap(({ name }) => rows.get(name) ?? []);
}

function onThread(job: { profile: string; from: number; to: number }): Promise<ProfileRow> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./profile-worker.ts', import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
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
