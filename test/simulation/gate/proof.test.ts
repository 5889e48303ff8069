import { describe, expect, test } from 'vitest';
import { deployCache } from './container-cache.ts';
import { deploy } from './deployment.ts';
import { measureFigures } from './figures.ts';
import { runProfile } from './judge.ts';
import { mutants } from './mutants.ts';
import { allProfiles, killMutant } from './proof.ts';

describe('the figures of the login gate', () => {
  test('hold at a tenth of the size, where a cache per container locks the partner out', async () => {
    const rows = await measureFigures(deploy, deployCache, { instances: 100, rotations: 12 });
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(rows[0]?.cache).toMatch(/^1 lock-out/);
  });
});

describe('the simulation', () => {
  test.each(mutants)('kills the gate with «$name»', async (mutant) => {
    expect(await killMutant(mutant, 8, 'first')).toMatchObject({ killed: true });
  });

  test('tells the same story for the same seed', async () => {
    for (const profile of allProfiles.slice(-3)) {
      const [one, other] = [await runProfile(profile, 7, deploy), await runProfile(profile, 7, deploy)];
      expect(other.run.trace).toEqual(one.run.trace);
    }
  });
});
