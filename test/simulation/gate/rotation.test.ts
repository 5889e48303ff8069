import { describe, expect, test } from 'vitest';
import { LoginBlockedError } from '../../../lib/errors.ts';
import { createRandom } from '../../rigs/gate-clock.ts';
import type { Deploy, Surroundings } from './deployment.ts';
import { faultProfiles } from './faults.ts';
import { runFleet } from './fleet.ts';
import type { Profile } from './judge.ts';
import { passwordProfiles } from './passwords.ts';
import { loginOf, OLD, PARTNER } from './presets.ts';
import { deployRemembering as deploy } from './remembered.ts';
import type { Run } from './world.ts';

const SEEDS = 10;

/** The operator's command: a process that tries one more version, right or mistyped, and does nothing else. */
function deployOperator(around: Surroundings, password: string): ReturnType<Deploy> {
  const { client, commands } = deploy(around);
  let ran = false;
  const readSummary = async (): Promise<never> => {
    if (!ran) {
      ran = true;
      await commands.tryPending(PARTNER, loginOf(password));
    }
    throw new LoginBlockedError('login-in-progress', 1);
  };
  return { commands, client: { ...client, prepare: async () => undefined, readSummary } };
}

/** A fleet in which each third process is an operator's. */
async function rotateIn(profile: Profile, seed: number): Promise<Run> {
  const world = profile.world(createRandom(seed ^ 0x5eed));
  const passwords = [OLD, 'mistyped', world.partners[0]?.login.password ?? OLD];
  const deployOne: Deploy = (around) => {
    const number = Number(/^p(\d+)$/.exec(around.owner)?.[1] ?? 0);
    if (number % 3 !== 1) return deploy(around);
    return deployOperator(around, passwords[Math.floor(number / 3) % passwords.length] ?? OLD);
  };
  // A trial does not wait for the fleet's token to end: that is what it is for.
  return runFleet({ ...world, checks: { ...world.checks, early: false } }, seed, deployOne);
}

/** An operator may take longer than a Lambda. */
const notAFault = /^answered (after Lambda|while its login)/;

describe.each([...faultProfiles, ...passwordProfiles])('an operator who rotates while $name', (profile) => {
  test(`never breaks a rule of the gate (${SEEDS} seeds)`, { timeout: 240_000 }, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { violations, stats } = await rotateIn(profile, seed);
      const broken = violations.map(({ rule }) => rule).filter((rule) => !notAFault.test(rule));
      expect(broken, `seed ${seed}`).toEqual([]);
      expect(stats, `seed ${seed}`).toMatchObject({ lockOuts: 0 });
    }
  });
});

test('tries versions at all', async () => {
  const [profile] = faultProfiles;
  if (!profile) throw new Error('no profile');
  const { trace } = await rotateIn(profile, 1);
  expect(trace.join('\n')).toMatch(/login .*pending-\d+ accepted/);
});
