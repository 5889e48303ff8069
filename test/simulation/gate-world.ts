import { allowOne, isClosed } from '../../lib/login-gate/operator.ts';
import type { Random } from '../rigs/gate-clock.ts';
import type { EnkashSettings } from './gate-enkash.ts';
import { type Controls, PARTNER, type World } from './gate-fleet.ts';

export const MINUTE = 60_000;
export const OLD = 'old-password';
export const NEW = 'new-password';

export const spring: EnkashSettings = {
  password: OLD,
  tokenLifeMs: 5 * MINUTE,
  sameToken: true,
  breakConcurrent: true,
  states: 'truth',
  checks: { spacing: true, early: true, life: true },
};

/** Fifteen minutes of a small fleet, trouble from the first second until five minutes before the end. */
export const base: World = {
  ms: 15 * MINUTE,
  workers: 6,
  gapMs: 6_000,
  batch: 1,
  trouble: [0, 10 * MINUTE],
  enkash: spring,
  secret: OLD,
  login: {},
  store: {},
  storeDown: false,
  secretsDown: false,
  crash: 0,
  freeze: 0,
  skewMs: 0,
  strange401: 0,
  script: [],
};

/** One login permitted with the current secret, refused before or not. */
export async function permitSame({ table, now, currentId }: Controls): Promise<void> {
  const current = { versionId: currentId() };
  await allowOne(table, { partner: PARTNER, current, previousId: undefined, sameSecret: true }, now());
}

/** The operator of the runbook, once a minute after the trouble: asks EnKash about the lock first, then permits one login. */
export const operator: World['script'] = [1, 2, 3].map((minute) => ({
  atMs: base.trouble[1] + minute * MINUTE - 59_000,
  async act(controls: Controls) {
    const item = await controls.table.read(PARTNER);
    if (!item || !isClosed(item, controls.now())) return;
    controls.enkash.unlock();
    await permitSame(controls);
  },
}));

export const noClockChecks = { spacing: false, early: false, life: false };
export const tokensDie = { spacing: true, early: false, life: false };
export const processesStop = { spacing: true, early: true, life: false };
export const rotating: World = { ...base, enkash: { ...spring, checks: processesStop } };
export const early = (random: Random) => random.between(10_000, 5 * MINUTE);

/** A password change: EnKash's side at one time, the secret at another. */
export function rotation(enkashAt: number, secretAt: number, killTokens: boolean): World['script'] {
  return [
    { atMs: enkashAt, act: ({ enkash }) => enkash.changePassword(NEW, killTokens) },
    { atMs: secretAt, act: ({ saveSecret }) => saveSecret(NEW) },
  ];
}
