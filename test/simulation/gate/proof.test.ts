import { describe, expect, test } from 'vitest';
import { deployCache } from './container-cache.ts';
import { measureAnswers, measureFigures } from './figures.ts';
import { runProfile } from './judge.ts';
import { killMutant } from './kill.ts';
import { mutants } from './mutants.ts';
import { allProfiles } from './profiles.ts';
import { deployRemembering as deploy } from './remembered.ts';
import { measureRenewals } from './renewal.ts';

/** Other work on the machine must not turn a proof red. */
const timeout = 60 * 60_000;

describe('the figures of the login gate', () => {
  test('hold at a tenth of the size, where a cache per container locks the partner out', { timeout }, async () => {
    const rows = await measureFigures(deploy, deployCache, { instances: 100, rotations: 6 });
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(rows[0]?.cache).toMatch(/^1 lock-out/);
  });

  test('hold behind each answer that may hide a check of the password', { timeout }, async () => {
    expect(await measureAnswers(deploy, 1)).toMatchObject({ ok: true });
  });

  test('hold around a renewal', { timeout }, async () => {
    const rows = await measureRenewals(deploy, { fleets: [50], loginSeconds: [0.3, 3], crowd: 60, runs: 1 });
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('the simulation', () => {
  test.each(mutants)('kills the gate with «$name»', { timeout }, async (mutant) => {
    expect(await killMutant(mutant, 40, 'first')).toMatchObject({ killed: true });
  });

  test('tells the same story for the same seed', { timeout }, async () => {
    for (const profile of allProfiles.slice(-3)) {
      const [one, other] = [await runProfile(profile, 7, deploy), await runProfile(profile, 7, deploy)];
      expect(other.run.trace).toEqual(one.run.trace);
    }
  });
});
