import { describe, expect, test } from 'vitest';
import { createLoginGate } from '../../lib/login-gate/gate.ts';
import { createContainerSessions } from './container-cache.ts';
import { measureFigures } from './gate-figures.ts';
import { runProfile } from './gate-judge.ts';
import { mutants } from './gate-mutants.ts';
import { allProfiles, killMutant } from './gate-proof.ts';

describe('the figures of the login gate', () => {
  test('hold at a tenth of the size, where a cache per container locks the partner out', async () => {
    const rows = await measureFigures(createLoginGate, createContainerSessions, { instances: 100, rotations: 12 });
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
      const [one, other] = [
        await runProfile(profile, 7, createLoginGate),
        await runProfile(profile, 7, createLoginGate),
      ];
      expect(other.run.trace).toEqual(one.run.trace);
    }
  });
});
