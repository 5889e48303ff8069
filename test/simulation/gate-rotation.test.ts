import { describe, expect, test } from 'vitest';
import { parseSecret } from '../../lib/enkash/credentials.ts';
import { createLoginGate } from '../../lib/login-gate/gate.ts';
import type { LoginGateDeps } from '../../lib/login-gate/memory.ts';
import { blocked } from '../../lib/login-gate/rules.ts';
import { tryVersion } from '../../lib/login-gate/trial.ts';
import { createRandom } from '../rigs/gate-clock.ts';
import { faultProfiles } from './gate-faults.ts';
import { type GateFactory, PARTNER, type Run, runFleet } from './gate-fleet.ts';
import type { Profile } from './gate-judge.ts';
import { passwordProfiles } from './gate-passwords.ts';

const SEEDS = 40;

/** The operator's command: a process that tries one more version, right or mistyped, and does nothing else. */
function createOperator(deps: LoginGateDeps, password: string | undefined, number: number): ReturnType<GateFactory> {
  let ran = false;
  const get = async (): Promise<never> => {
    if (!ran) {
      ran = true;
      const text = JSON.stringify({
        ...{ partnerId: 'P1', basicId: 'basic', basicSecret: 'basic-secret', username: 'user', clientId: 'client' },
        ...{ encryption: 'off', password },
      });
      await tryVersion(deps, PARTNER, parseSecret(text, `pending-${number}`));
    }
    throw blocked('login-in-progress');
  };
  return { get, renew: get, accepted: () => {} };
}

/** A fleet in which each third process is an operator's. */
async function rotateIn(profile: Profile, seed: number): Promise<Run> {
  const world = profile.world(createRandom(seed ^ 0x5eed));
  let processes = 0;
  const passwords = [world.enkash.password, 'mistyped', world.secret];
  const createGate: GateFactory = (deps) => {
    processes += 1;
    if (processes % 3 !== 1) return createLoginGate(deps);
    return createOperator(deps, passwords[Math.floor(processes / 3) % passwords.length], processes);
  };
  return runFleet({ ...world, enkash: withoutEarly(world.enkash) }, seed, createGate);
}

/** A trial does not wait for the fleet's token to end: that is what it is for. An operator may take longer than a Lambda. */
const withoutEarly = <T extends { readonly checks: object }>(settings: T): T => ({
  ...settings,
  checks: { ...settings.checks, early: false },
});
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
