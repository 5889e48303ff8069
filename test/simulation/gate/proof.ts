import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { deployCache } from './container-cache.ts';
import { deploy } from './deployment.ts';
import { faultProfiles } from './faults.ts';
import { type FigureRow, measureFigures, type Scale } from './figures.ts';
import { type Profile, runProfile } from './judge.ts';
import { mutants } from './mutants.ts';
import { buildMutant, type Mutant } from './mutate.ts';
import { passwordProfiles } from './passwords.ts';

export const allProfiles: readonly Profile[] = [...faultProfiles, ...passwordProfiles];

/** Symptoms that cost the partner something, the gravest first; others only show that a rule was broken. */
const GRAVE = ['locked out', 'third possible failure', 'two logins in flight'];

export type MutantRow = {
  readonly mutant: string;
  readonly killed: boolean;
  readonly profile: string;
  readonly seed: number;
  readonly symptom: string;
};
export type ProfileRow = {
  readonly profile: string;
  readonly runs: number;
  readonly lockOuts: number;
  readonly maxLogins: number;
  readonly maxInFlight: number;
  readonly failed: readonly string[];
};
export type GateProof = {
  readonly figures: FigureRow[];
  readonly profiles: ProfileRow[];
  readonly mutants: MutantRow[];
  readonly ok: boolean;
};

const fullScale: Scale = { instances: 1_000, rotations: 100 };
const FULL_SEEDS = 10_000;
const MUTANT_SEEDS = 20;

/**
 * Looks through profiles and seeds for what gives a broken gate away: the gravest symptom, or whichever comes `first`.
 * A seed counts only if the honest gate passes it.
 */
export async function killMutant(mutant: Mutant, seeds: number, wanted: 'gravest' | 'first'): Promise<MutantRow> {
  const mutated = await buildMutant(mutant);
  let best: MutantRow = { mutant: mutant.name, killed: false, profile: '', seed: 0, symptom: 'survived' };
  const gravity = ({ symptom }: MutantRow) =>
    GRAVE.findIndex((grave) => symptom.includes(grave)) + 1 || GRAVE.length + 1;
  for (const profile of allProfiles) {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { symptoms } = await runProfile(profile, seed, mutated);
      if (symptoms.length === 0 || (await runProfile(profile, seed, deploy)).symptoms.length > 0) continue;
      const row = { mutant: mutant.name, killed: true, profile: profile.name, seed, symptom: symptoms.join('; ') };
      if (!best.killed || gravity(row) < gravity(best)) best = row;
      break;
    }
    if (best.killed && (wanted === 'first' || gravity(best) === 1)) break;
  }
  return best;
}

/** Every profile over `seeds` seeds, on all cores. */
async function runProfiles(seeds: number): Promise<ProfileRow[]> {
  const parts = availableParallelism();
  const jobs = allProfiles.flatMap(({ name }) =>
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
      rows.set(job.profile, row ? merge(row, part) : { ...part, profile: job.profile });
    }
  };
  await Promise.all(Array.from({ length: parts }, next));
  return [...rows.values()];
}

function onThread(job: { profile: string; from: number; to: number }): Promise<Omit<ProfileRow, 'profile'>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./proof-worker.ts', import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function merge(a: ProfileRow, b: Omit<ProfileRow, 'profile'>): ProfileRow {
  return {
    profile: a.profile,
    runs: a.runs + b.runs,
    lockOuts: a.lockOuts + b.lockOuts,
    maxLogins: Math.max(a.maxLogins, b.maxLogins),
    maxInFlight: Math.max(a.maxInFlight, b.maxInFlight),
    failed: [...a.failed, ...b.failed],
  };
}

/** R1 to R4 of reliability.md, in full. */
export async function proveGate(seeds = FULL_SEEDS, scale = fullScale): Promise<GateProof> {
  const figures = await measureFigures(deploy, deployCache, scale);
  const profiles = await runProfiles(seeds);
  const killed: MutantRow[] = [];
  for (const mutant of mutants) killed.push(await killMutant(mutant, MUTANT_SEEDS, 'gravest'));
  const ok =
    figures.every((row) => row.ok) &&
    profiles.every(({ failed }) => failed.length === 0) &&
    killed.every((row) => row.killed);
  return { figures, profiles, mutants: killed, ok };
}

/** The proof as Markdown tables. */
export function printProof({ figures, profiles, mutants: killed }: GateProof): string {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
    [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return [
    '### Login gate: figures',
    table(
      ['', 'what', 'required', 'with the gate', 'cache per container, no gate', ''],
      figures.map(({ id, figure, limit, gate, cache, ok }) => [id, figure, limit, gate, cache, ok ? 'holds' : 'FAILS']),
    ),
    '### Login gate: fault profiles',
    table(
      ['profile', 'seeds', 'lock-outs', 'most logins in one run', 'most in flight', 'runs that broke a rule'],
      profiles.map(({ profile, runs, lockOuts, maxLogins, maxInFlight, failed }) => [
        profile,
        runs,
        lockOuts,
        maxLogins,
        maxInFlight,
        failed.length === 0 ? 0 : `${failed.length} (${failed[0]})`,
      ]),
    ),
    '### Login gate: broken on purpose (R4)',
    table(
      ['mutant', 'killed by', 'seed', 'symptom'],
      killed.map(({ mutant, profile, seed, symptom }) => [mutant, profile, seed, symptom]),
    ),
  ].join('\n\n');
}

if (import.meta.main) {
  const proof = await proveGate(Number(process.env.SEEDS ?? FULL_SEEDS));
  console.log(printProof(proof));
  process.exitCode = proof.ok ? 0 : 1;
}
