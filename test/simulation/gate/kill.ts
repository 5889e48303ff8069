import { runProfile } from './judge.ts';
import type { Mutant } from './mutate.ts';
import { allProfiles } from './profiles.ts';
import { buildMutant, deployRemembering as deploy } from './remembered.ts';

/** Symptoms that cost the partner something, the gravest first; others only show that a rule was broken. */
const GRAVE = ['locked out', 'third possible failure', 'two logins in flight'];

export type MutantRow = {
  readonly mutant: string;
  readonly killed: boolean;
  readonly profile: string;
  readonly seed: number;
  readonly symptom: string;
};

/**
 * Looks through profiles and seeds for what gives a broken gate away: the gravest symptom, or whichever comes `first`.
 * Only one that survives its hunts is looked for elsewhere. A seed counts only if the honest gate passes it.
 */
export async function killMutant(mutant: Mutant, seeds: number, wanted: 'gravest' | 'first'): Promise<MutantRow> {
  const mutated = await buildMutant(mutant);
  let best: MutantRow = { mutant: mutant.name, killed: false, profile: '', seed: 0, symptom: 'survived' };
  const likely = allProfiles.filter(({ name }) => mutant.hunts?.some((part) => name.includes(part)));
  const others = allProfiles.filter((profile) => !likely.includes(profile));
  for (const profiles of [likely, others]) {
    for (const profile of profiles) {
      const row = await killIn(profile, mutant, mutated, seeds);
      if (row && (!best.killed || gravity(row) < gravity(best))) best = row;
      if (best.killed && (wanted === 'first' || gravity(best) === 1)) return best;
    }
    if (best.killed) return best;
  }
  return best;
}

async function killIn(
  profile: (typeof allProfiles)[number],
  mutant: Mutant,
  mutated: Awaited<ReturnType<typeof buildMutant>>,
  seeds: number,
): Promise<MutantRow | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { symptoms } = await runProfile(profile, seed, mutated);
    if (symptoms.length === 0 || (await runProfile(profile, seed, deploy)).symptoms.length > 0) continue;
    return { mutant: mutant.name, killed: true, profile: profile.name, seed, symptom: symptoms.join('; ') };
  }
  return undefined;
}

function gravity({ symptom }: MutantRow): number {
  return GRAVE.findIndex((grave) => symptom.includes(grave)) + 1 || GRAVE.length + 1;
}
