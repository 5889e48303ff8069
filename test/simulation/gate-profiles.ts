import { allowOne } from '../../lib/login-gate-operator.ts';
import { createRandom, type Random } from './gate-clock.ts';
import type { EnkashSettings } from './gate-enkash.ts';
import { type Controls, type GateFactory, PARTNER, type Run, runFleet, type World } from './gate-fleet.ts';

const MINUTE = 60_000;
const OLD = 'old-password';
const NEW = 'new-password';

const spring: EnkashSettings = {
  password: OLD,
  tokenLifeMs: 5 * MINUTE,
  sameToken: true,
  breakConcurrent: true,
  states: 'truth',
  checks: { spacing: true, early: true, life: true },
};

/** Fifteen minutes of a small fleet, trouble from the first second until five minutes before the end. */
const base: World = {
  ms: 15 * MINUTE,
  workers: 8,
  gapMs: 4_000,
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

export type Profile = {
  readonly name: string;
  readonly world: (random: Random) => World;
  readonly expects: Expectations;
};

type Expectations = {
  /** Every request of the last two minutes is answered well. */
  readonly recovers: boolean;
  /** Longest time without a good answer while requests fail. */
  readonly maxOutageMs?: number;
  readonly maxLogins?: number;
  readonly maxRefused?: number;
  /** Share of good answers over the whole run. */
  readonly minAvailability?: number;
};

/** The operator of the runbook: asks EnKash about the lock first, then permits one login. */
const operator = (atMs: number) => ({
  atMs,
  async act({ enkash, table, now }: Controls) {
    enkash.unlock();
    await allowOne(table, PARTNER, now());
  },
});

const noClockChecks = { spacing: false, early: false, life: false };
const tokensDie = { spacing: true, early: false, life: false };
const processesStop = { spacing: true, early: true, life: false };
const rotating: World = { ...base, enkash: { ...spring, checks: processesStop } };
const early = (random: Random) => random.between(10_000, 5 * MINUTE);

/** A password change: EnKash's side at one time, the secret at another. */
function rotation(enkashAt: number, secretAt: number, killTokens: boolean): World['script'] {
  return [
    { atMs: enkashAt, act: ({ enkash }) => enkash.changePassword(NEW, killTokens) },
    { atMs: secretAt, act: ({ saveSecret }) => saveSecret(NEW) },
  ];
}

export const profiles: readonly Profile[] = [
  {
    name: 'healthy',
    world: (random) => ({
      ...base,
      batch: 1 + Math.floor(random.between(0, 4)),
      enkash: { ...spring, states: random.chance(0.5) ? 'truth' : 86_399_000 },
    }),
    expects: { recovers: true, maxLogins: 4, maxRefused: 0, minAvailability: 1 },
  },
  {
    name: 'slow logins',
    world: () => ({ ...base, gapMs: 1_000, login: { latencyMs: [2_500, 3_900] } }),
    expects: { recovers: true, maxLogins: 4, maxRefused: 0, minAvailability: 0.98 },
  },
  {
    name: 'bad password',
    world: () => ({ ...base, secret: 'wrong' }),
    expects: { recovers: false, maxLogins: 1 },
  },
  {
    name: 'bad password, processes crash',
    world: () => ({ ...base, secret: 'wrong', crash: 0.4, login: { replyLost: 0.3 } }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'table loses replies',
    world: () => ({ ...base, store: { requestLost: 0.1, replyLost: 0.25, latencyMs: [5, 400] } }),
    expects: { recovers: true, maxRefused: 0, maxOutageMs: 30_000 },
  },
  {
    name: 'table throttles, writes arrive late',
    world: () => ({ ...base, store: { throttled: 0.25, late: 0.1, requestLost: 0.05 } }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'table down',
    world: (random) => {
      const from = random.between(0, 4 * MINUTE);
      return { ...base, storeDown: true, trouble: [from, from + random.between(MINUTE, 6 * MINUTE)] };
    },
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'table down, bad password',
    world: (random) => ({
      ...base,
      secret: 'wrong',
      storeDown: true,
      trouble: [random.between(0, 1_000), 5 * MINUTE],
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'secrets down',
    world: () => ({ ...base, secretsDown: true, trouble: [30_000, 4 * MINUTE] }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'crashes',
    world: () => ({ ...base, crash: 0.2, script: [operator(base.trouble[1] + 1_000)] }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'freezes',
    world: () => ({
      ...base,
      gapMs: 2_000,
      enkash: { ...spring, checks: processesStop },
      freeze: 0.3,
      login: { latencyMs: [200, 3_500] },
      script: [operator(base.trouble[1] + 1_000)],
    }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'clocks 30 s off, freezes and crashes',
    world: () => ({
      ...base,
      enkash: { ...spring, checks: noClockChecks },
      skewMs: 30_000,
      freeze: 0.15,
      crash: 0.05,
      login: { latencyMs: [200, 3_900] },
      script: [operator(base.trouble[1] + 1_000)],
    }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'login replies lost',
    world: () => ({
      ...base,
      login: { replyLost: 0.3, requestLost: 0.2 },
      script: [operator(base.trouble[1] + 1_000)],
    }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: 'token host down or turning away',
    world: (random) => ({ ...base, login: random.chance(0.5) ? { notSent: 1 } : { notSent: 0.4, turnedAway: 0.6 } }),
    expects: { recovers: true, maxRefused: 0 },
  },
  {
    name: '401s that are not about the token',
    world: (random) => ({
      ...base,
      enkash: { ...spring, sameToken: random.chance(0.5), checks: tokensDie },
      strange401: random.chance(0.3) ? 1 : 0.2,
    }),
    // One login a minute at most, beside one per token.
    expects: { recovers: true, maxRefused: 0, maxLogins: 16 },
  },
  {
    name: 'tokens die early',
    world: (random) => ({
      ...base,
      enkash: { ...spring, checks: tokensDie },
      script: Array.from({ length: 3 }, () => ({
        atMs: random.between(MINUTE, 9 * MINUTE),
        act: ({ enkash }: Controls) => enkash.revoke(),
      })),
    }),
    expects: { recovers: true, maxRefused: 0, maxLogins: 8 },
  },
  {
    name: 'rotation, secret first',
    world: (random) => {
      const at = early(random);
      return { ...rotating, script: rotation(at + MINUTE, at, random.chance(0.3)) };
    },
    expects: { recovers: true, maxRefused: 2, minAvailability: 0.97 },
  },
  {
    name: 'rotation, EnKash first',
    world: (random) => {
      const at = early(random);
      return { ...rotating, script: rotation(at, at + MINUTE, random.chance(0.3)) };
    },
    expects: { recovers: true, maxRefused: 1, minAvailability: 0.85 },
  },
  {
    name: 'password changed, two wrong secrets saved',
    world: (random) => {
      const at = early(random);
      return {
        ...rotating,
        script: [
          { atMs: at, act: ({ enkash }) => enkash.changePassword(NEW, true) },
          { atMs: at + random.between(15_000, 60_000), act: ({ saveSecret }) => saveSecret('wrong-1') },
          { atMs: at + random.between(90_000, 150_000), act: ({ saveSecret }) => saveSecret('wrong-2') },
        ],
      };
    },
    expects: { recovers: false, maxRefused: 2 },
  },
  {
    name: 'wrong secret saved, corrected later',
    world: (random) => {
      const at = early(random);
      return {
        ...base,
        script: [
          { atMs: at, act: ({ saveSecret }) => saveSecret('wrong') },
          { atMs: at + random.between(MINUTE, 4 * MINUTE), act: ({ saveSecret }) => saveSecret(OLD) },
        ],
      };
    },
    expects: { recovers: true, maxRefused: 2, minAvailability: 0.97 },
  },
  {
    name: 'everything at once',
    world: (random) => ({
      ...base,
      batch: 2,
      enkash: { ...spring, checks: noClockChecks },
      skewMs: 30_000,
      crash: 0.05,
      freeze: 0.05,
      strange401: 0.02,
      store: { throttled: 0.1, requestLost: 0.05, replyLost: 0.1, late: 0.05, latencyMs: [5, 300] },
      login: { latencyMs: [100, 4_500], replyLost: 0.1, requestLost: 0.05, notSent: 0.1, turnedAway: 0.1 },
      script: [...rotation(early(random), early(random), random.chance(0.5)), operator(base.trouble[1] + 1_000)],
    }),
    expects: { recovers: false },
  },
];

export type Finding = {
  readonly profile: string;
  readonly seed: number;
  readonly symptoms: string[];
  readonly run: Run;
};

/** One profile, one seed. @returns what went wrong: nothing, for a gate that keeps its contract. */
export async function runProfile(
  profile: Profile,
  seed: number,
  createGate: GateFactory,
  openTable?: Parameters<typeof runFleet>[3],
): Promise<Finding> {
  const world = profile.world(createRandom(seed ^ 0x5eed));
  const run = await runFleet(world, seed, createGate, openTable);
  const symptoms = [
    ...new Set(run.violations.map(({ rule }) => rule)),
    ...disappointments(run, world, profile.expects),
  ];
  return { profile: profile.name, seed, symptoms, run };
}

function disappointments({ answers, stats }: Run, world: World, expects: Expectations): string[] {
  const { recovers, maxLogins, maxRefused, minAvailability, maxOutageMs } = expects;
  const good = answers.filter(({ outcome }) => outcome === 'ok').length;
  const found: string[] = [];
  if (maxLogins !== undefined && stats.logins > maxLogins) found.push(`${stats.logins} logins, not ${maxLogins}`);
  if (maxRefused !== undefined && stats.refused > maxRefused) {
    found.push(`${stats.refused} refused logins, not ${maxRefused}`);
  }
  if (minAvailability !== undefined && good / answers.length < minAvailability) {
    found.push(`availability ${((100 * good) / answers.length).toFixed(2)} %`);
  }
  const outage = longestOutage(answers);
  if (maxOutageMs !== undefined && outage > maxOutageMs)
    found.push(`no good answer for ${Math.round(outage / 1000)} s`);
  const last = answers.find(({ at, outcome }) => at > world.ms - 2 * MINUTE && outcome !== 'ok');
  if (recovers && last) found.push(`does not recover: ${last.outcome}`);
  return found;
}

/** From the first bad answer after a good one to the next good one. */
export function longestOutage(answers: Run['answers']): number {
  let since: number | undefined;
  let longest = 0;
  for (const { at, tookMs, outcome } of answers) {
    if (outcome !== 'ok') since ??= at;
    else {
      if (since !== undefined) longest = Math.max(longest, at + tookMs - since);
      since = undefined;
    }
  }
  return longest;
}
