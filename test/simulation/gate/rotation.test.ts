import { describe, expect, test } from 'vitest';
import { parseSecret } from '../../../lib/enkash/credentials.ts';
import { blocked } from '../../../lib/login-gate/rules.ts';
import { tryVersion } from '../../../lib/login-gate/trial.ts';
import { createRandom } from '../../rigs/gate-clock.ts';
import { type Deploy, deploy, deployWith, gateDeps, type Surroundings } from './deployment.ts';
import { faultProfiles } from './faults.ts';
import { runFleet } from './fleet.ts';
import type { Profile } from './judge.ts';
import { passwordProfiles } from './passwords.ts';
import { loginOf, OLD, PARTNER } from './presets.ts';
import { secretText } from './secrets.ts';
import type { Run } from './world.ts';

const SEEDS = 40;

/** The operator's command: a process that tries one more version, right or mistyped, and does nothing else. */
function deployOperator(around: Surroundings, password: string, number: number): ReturnType<Deploy> {
  let ran = false;
  const get = async (): Promise<never> => {
    if (!ran) {
      ran = true;
      const pending = parseSecret(secretText(loginOf(password)), `pending-${number}`);
      await tryVersion(gateDeps(around), PARTNER, pending);
    }
    throw blocked('login-in-progress');
  };
  return deployWith(() => ({ get, renew: get, accepted() {}, preload: async () => undefined }), around);
}

/** A fleet in which each third process is an operator's. */
async function rotateIn(profile: Profile, seed: number): Promise<Run> {
  const world = profile.world(createRandom(seed ^ 0x5eed));
  let processes = 0;
  const passwords = [OLD, 'mistyped', world.partners[0]?.login.password ?? OLD];
  const deployOne: Deploy = (around) => {
    processes += 1;
    if (processes % 3 !== 1) return deploy(around);
    return deployOperator(around, passwords[Math.floor(processes / 3) % passwords.length] ?? OLD, processes);
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
