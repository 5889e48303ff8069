import type { Random } from '../../rigs/gate-clock.ts';
import type { Controls } from './controls.ts';
import type { Checks, LoginFields, Step, TokenFacts, World } from './world.ts';

export const MINUTE = 60_000;
export const PARTNER = 'acme';
export const OLD = 'old-password';
export const NEW = 'new-password';

export const loginOf = (password: string, username = 'user'): LoginFields => ({
  basicId: 'basic',
  basicSecret: 'basic-secret',
  username,
  password,
  clientId: 'client',
});
export const withSecret = (password: string) => ({ partners: [{ name: PARTNER, login: loginOf(password) }] });

export const springToken: TokenFacts = {
  lifeMs: 5 * MINUTE,
  sameToken: true,
  states: 'truth',
  knownAfterMs: 0,
  bytes: 20,
};

const allChecks: Checks = { spacing: true, early: true, life: true, server: true };
export const noClockChecks: Checks = { spacing: false, early: false, life: false, server: true };
export const tokensDie: Checks = { ...allChecks, early: false, life: false };
/** A login that brings the text which a 401 has just ended is followed by one more, 2 s later. */
export const tokensComeBack: Checks = { ...tokensDie, spacing: false };
export const processesStop: Checks = { ...allChecks, life: false };

/** Fifteen minutes of a small fleet, trouble from the first second until five minutes before the end. */
export const base: World = {
  ms: 15 * MINUTE,
  workers: 5,
  gapMs: 8_000,
  batch: 1,
  trouble: [0, 10 * MINUTE],
  ...withSecret(OLD),
  users: [{ username: 'user', password: OLD }],
  accounts: 1,
  token: springToken,
  checks: allChecks,
  breakConcurrent: true,
  lockPer: 'user',
  login: {},
  usualLogin: {},
  api: { latencyMs: [40, 120], strange401: 0, refusedAccounts: 0, refusal: 'status-401' },
  store: {},
  storeDown: false,
  readUnits: Number.POSITIVE_INFINITY,
  opened: true,
  secretsDown: false,
  staleSecretsMs: 0,
  crash: 0,
  freeze: 0,
  reap: 0,
  skewMs: 0,
  clocksStep: false,
  script: [],
};

/** The operator of the runbook, once a minute after the trouble: asks EnKash about the lock first, then permits one login. */
export const operator: readonly Step[] = [1, 2, 3].map((minute) => ({
  atMs: base.trouble[1] + minute * MINUTE - 59_000,
  async act({ operator: gate, enkash }) {
    if (!(await gate.isClosed(PARTNER))) return;
    enkash.unlock('user');
    await gate.allowOne(PARTNER, { sameSecret: true, unlocked: true });
  },
}));

export const rotating: World = { ...base, checks: processesStop };
export const early = (random: Random) => random.between(10_000, 5 * MINUTE);

/** The password changes at EnKash; `killTokens`: and the tokens of the old one die. */
export function changeAtEnkash(atMs: number, killTokens: boolean, password = NEW): Step {
  return {
    atMs,
    act({ enkash }) {
      enkash.changePassword('user', password);
      if (killTokens) enkash.revokeAll();
    },
  };
}

export const saveSecret = (atMs: number, password: string): Step => ({
  atMs,
  act: ({ save }) => save(PARTNER, { password }),
});

/** A password change: EnKash's side at one time, the secret at another. */
export function rotation(enkashAt: number, secretAt: number, killTokens: boolean): readonly Step[] {
  return [changeAtEnkash(enkashAt, killTokens), saveSecret(secretAt, NEW)];
}

export const allowOne = (atMs: number, flags: Parameters<Controls['operator']['allowOne']>[1]): Step => ({
  atMs,
  act: ({ operator: gate }) => void gate.allowOne(PARTNER, flags),
});

export const openGate = (atMs: number, flags: Parameters<Controls['operator']['open']>[1] = {}): Step => ({
  atMs,
  act: ({ operator: gate }) => void gate.open(PARTNER, flags),
});
