import type { Random } from '../../rigs/gate-clock.ts';
import type { Controls } from './controls.ts';
import type { Profile } from './judge.ts';
import {
  allowOne,
  base,
  changeAtEnkash,
  MINUTE,
  NEW,
  OLD,
  openGate,
  PARTNER,
  rotating,
  saveSecret,
  tokensDie,
  withSecret,
} from './presets.ts';
import type { Step, World } from './world.ts';

/** Secrets Manager is slow to tell everybody, clocks differ, and processes start cold: what an operator meets in a hurry. */
const hurried = (random: Random): World => ({
  ...base,
  skewMs: 5_000,
  staleSecretsMs: 4_000,
  reap: random.chance(0.5) ? 0.3 : 0,
  checks: { ...base.checks, spacing: false, early: false, life: false },
});

/** Two failures stand: a wrong password, and a guess a minute later. */
const closedAtTwo = (random: Random): World => ({ ...hurried(random), ...withSecret('wrong') });
const guess = (random: Random) => saveSecret(MINUTE + random.between(0, 30_000), 'guess');
const unlocked = { unlocked: true } as const;
const meant = { unlocked: true, sameSecret: true } as const;

/** R17: what operators do at three in the morning. The numbers are those of reliability.md. */
export const operatorProfiles: readonly Profile[] = [
  {
    name: '(1) allow-one at one, then a typing error saved',
    world: (random) => {
      const at = random.between(MINUTE, 3 * MINUTE);
      return {
        ...hurried(random),
        ...withSecret('wrong'),
        script: [
          allowOne(at, random.chance(0.5) ? { sameSecret: true } : {}),
          saveSecret(at + random.between(-2_000, 5_000), 'typo-1'),
          saveSecret(at + random.between(60_000, 2 * MINUTE), 'typo-2'),
        ],
      };
    },
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: '(2) allow-one at two, secret unchanged',
    world: (random) => ({
      ...closedAtTwo(random),
      script: [guess(random), ...[4, 6, 8].map((minute) => allowOne(minute * MINUTE, unlocked))],
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: '(3) allow-one right after saving the right secret',
    world: (random) => {
      const at = 4 * MINUTE + random.between(0, MINUTE);
      const allow = allowOne(at + random.between(100, 6_000), { ...unlocked, thinkMs: random.between(0, 3_000) });
      // Nobody minds the answer "something changed": the operator looks again.
      return {
        ...closedAtTwo(random),
        script: [guess(random), saveSecret(at, OLD), allow, allowOne(at + MINUTE, unlocked)],
      };
    },
    // A clock that is ahead logs in early, gets the same token, and the next login is 10 s away.
    expects: { recovers: 20_000, maxRefused: 2 },
  },
  {
    name: '(4) allow-one twice',
    world: (random) => {
      const at = 4 * MINUTE;
      return {
        ...closedAtTwo(random),
        script: [
          guess(random),
          allowOne(at, meant),
          allowOne(at + random.between(0, 30_000), random.chance(0.5) ? unlocked : meant),
        ],
      };
    },
    expects: { recovers: false, maxLogins: 4 },
  },
  {
    name: '(5) three wrong secrets in a row',
    world: (random) => ({
      ...hurried(random),
      ...withSecret('wrong-1'),
      script: [2, 3, 4].map((nth) => saveSecret(nth * random.between(20_000, 2 * MINUTE), `wrong-${nth}`)),
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: '(6) rotation with a wrong pending secret, then the right one',
    world: (random) => {
      const at = random.between(MINUTE, 4 * MINUTE);
      return {
        ...rotating,
        checks: { ...rotating.checks, early: false },
        script: [
          changeAtEnkash(at, random.chance(0.5)),
          tryPending(at + 10_000, 'typo'),
          tryPending(at + 40_000, NEW),
          saveSecret(at + random.between(45_000, 90_000), NEW),
        ],
      };
    },
    // Where the token ends between the typing error and the right secret, the old password is the second failure.
    expects: { recovers: false, maxRefused: 2 },
  },
  {
    name: '(7) EnKash changed first, secret later',
    world: (random) => {
      const at = random.between(MINUTE, 4 * MINUTE);
      const script = [changeAtEnkash(at, random.chance(0.5)), saveSecret(at + random.between(5_000, 4 * MINUTE), NEW)];
      return { ...rotating, staleSecretsMs: 4_000, script };
    },
    expects: { recovers: 0, maxRefused: 1 },
  },
  {
    name: '(12) rotation while a renewal is under way',
    world: (random) => {
      const at = 5 * MINUTE + random.between(-5_000, 10_000);
      const script = [changeAtEnkash(at, random.chance(0.5)), saveSecret(at + random.between(-5_000, 5_000), NEW)];
      return { ...rotating, login: { latencyMs: [500, 3_500] }, script };
    },
    expects: { recovers: 3_600, maxRefused: 2 },
  },
  {
    name: 'allow-one in the second after the right secret was saved, Secrets Manager slow',
    world: (random) => {
      const at = 4 * MINUTE + random.between(0, MINUTE);
      const allow = allowOne(at + random.between(100, 3_000), meant);
      return {
        ...closedAtTwo(random),
        ms: 8 * MINUTE,
        gapMs: 4_000,
        script: [guess(random), saveSecret(at, OLD), allow],
      };
    },
    expects: { recovers: false },
  },
  {
    name: 'a typing error saved right after a permission was given',
    world: (random) => {
      const at = 4 * MINUTE;
      const typo = saveSecret(at + random.between(4_500, 8_000), 'typo');
      return { ...closedAtTwo(random), ms: 8 * MINUTE, script: [guess(random), allowOne(at, meant), typo] };
    },
    expects: { recovers: false, maxLogins: 3 },
  },
  {
    name: 'a permission while EnKash is still at the login before',
    world: (random) => ({
      ...{ ...base, ms: 5 * MINUTE, gapMs: 4_000, ...withSecret('wrong'), checks: tokensDie },
      trouble: [0, 10_000],
      login: { latencyMs: [25_000, 50_000] },
      script: [saveSecret(11_000, OLD), allowOne(random.between(8_000, 25_000), { sameSecret: true })],
    }),
    expects: { recovers: false },
  },
  {
    name: 'a permitted login that is never answered',
    world: (random) => ({
      ...{ ...base, ...withSecret('wrong') },
      trouble: [3 * MINUTE, random.between(5, 8) * MINUTE],
      login: { replyLost: 1 },
      script: [saveSecret(MINUTE, 'guess'), allowOne(3.2 * MINUTE, meant)],
    }),
    expects: { recovers: false, maxLogins: 3 },
  },
  {
    name: 'a permission that nobody used for twenty minutes',
    world: (random) => ({
      ...closedAtTwo(random),
      ms: 30 * MINUTE,
      // No byte of a login gets through, so that the permission is given back each time, until long after its end.
      trouble: [3 * MINUTE, 20 * MINUTE],
      login: { notSent: 1 },
      script: [guess(random), allowOne(3.5 * MINUTE, meant)],
    }),
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'an operator who does anything at any time',
    world: (random) => {
      const steps = Array.from({ length: 3 + Math.floor(random.between(0, 8)) }, () => anything(random));
      return {
        ...hurried(random),
        ...withSecret(random.chance(0.6) ? 'wrong' : OLD),
        checks: { ...base.checks, spacing: false, early: false, life: false },
        lockPer: random.chance(0.5) ? 'user' : 'pair',
        crash: random.chance(0.3) ? 0.05 : 0,
        login: random.chance(0.3) ? { replyLost: 0.2, notSent: 0.1 } : {},
        script: steps,
      };
    },
    expects: { recovers: false },
  },
];

function tryPending(atMs: number, password: string): Step {
  return { atMs, act: ({ operator }) => void operator.tryPending(PARTNER, { password }) };
}

/** Anything that somebody with the runbook and the rights may do. Whoever confirms that EnKash unlocked the account has asked EnKash. */
function anything(random: Random): Step {
  const atMs = random.between(20_000, 13 * MINUTE);
  const thinkMs = random.chance(0.5) ? random.between(0, 20_000) : 0;
  const password = random.chance(0.3) ? OLD : `guess-${Math.floor(random.between(0, 4))}`;
  const flags = { unlocked: random.chance(0.7), sameSecret: random.chance(0.4), thinkMs };
  const acts: readonly Step[] = [
    allowOne(atMs, flags),
    allowOne(atMs, flags),
    saveSecret(atMs, password),
    saveSecret(atMs, password),
    { atMs, act: ({ save }) => save(PARTNER, { clientId: `client-${Math.floor(thinkMs % 3)}` }) },
    { atMs, act: ({ save }) => save(PARTNER, { username: `user-${Math.floor(thinkMs % 3)}` }) },
    openGate(atMs, { neverTried: random.chance(0.3) }),
    { atMs, act: ({ operator }) => void operator.close(PARTNER) },
    { atMs, act: closeAndOpen },
    tryPending(atMs, password),
    changeAtEnkash(atMs, random.chance(0.5), password),
    { atMs, act: ({ enkash }) => enkash.revokeAll() },
    { atMs, act: ({ enkash, current }) => enkash.unlock(current(PARTNER)?.username ?? '') },
  ];
  return acts[Math.floor(random() * acts.length)] ?? allowOne(atMs, flags);
}

async function closeAndOpen({ operator }: Controls): Promise<void> {
  await operator.close(PARTNER);
  await operator.open(PARTNER);
}
