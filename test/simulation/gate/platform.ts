import type { Profile } from './judge.ts';
import {
  base,
  early,
  MINUTE,
  noClockChecks,
  openGate,
  operator,
  processesStop,
  rotating,
  rotation,
  tokensComeBack,
  tokensDie,
  withSecret,
} from './presets.ts';
import type { World } from './world.ts';

/** A process for each request: what one does not finish, nobody finishes. */
const oneEach = { reap: 1, workers: 4, gapMs: 4_000 } as const;
const lossy = (share: number): World => ({
  ...base,
  ...oneEach,
  trouble: [0, 10 * MINUTE],
  store: { replyLost: share },
});

/** AWS, Lambda and EnKash's tokens are not as one would wish; the password is right. */
export const platformProfiles: readonly Profile[] = [
  {
    name: 'DynamoDB applies writes and loses 60 % of the replies',
    world: () => lossy(0.6),
    expects: { recovers: 0, maxRefused: 0, closedShare: 0 },
  },
  {
    name: 'DynamoDB applies writes and loses 80 % of the replies',
    world: () => lossy(0.8),
    expects: { recovers: 0, maxRefused: 0, closedShare: 0.1 },
  },
  {
    name: 'the table is away as a login returns',
    world: (random) => {
      const at = 5 * MINUTE + random.between(2_500, 6_500);
      return {
        ...base,
        gapMs: 2_000,
        trouble: [at, at + 9_000],
        storeDown: true,
        usualLogin: { latencyMs: [1_500, 3_500] },
      };
    },
    // The table is away for 9 s; then the holder, while it is asked, lets the others wait for 12 s at most, and they ask
    // every 2 s, but now and then only after 10.
    expects: { recovers: 0, maxRefused: 0, maxOutageMs: 34_000, maxOutageOfOneMs: 34_000 },
  },
  {
    name: 'processes frozen between invocations, reaped, their I/O late or dead',
    world: (random) => ({
      ...base,
      workers: 12,
      gapMs: random.between(4_000, 40_000),
      checks: processesStop,
      reap: 0.2,
      freeze: 0.05,
      login: { latencyMs: [200, 3_900] },
      script: operator,
    }),
    expects: { recovers: 8_500, maxRefused: 0 },
  },
  {
    name: 'clocks that step',
    world: () => ({ ...base, checks: noClockChecks, skewMs: 30_000, clocksStep: true, reap: 0.1, script: operator }),
    expects: { recovers: 45_000, maxRefused: 0 },
  },
  {
    name: 'Secrets Manager tells of a rotation late',
    world: (random) => {
      const at = early(random);
      const enkashAt = at + random.between(-MINUTE, MINUTE);
      return { ...rotating, staleSecretsMs: 5_000, reap: 0.3, script: rotation(enkashAt, at, random.chance(0.3)) };
    },
    expects: { recovers: 0, maxRefused: 2 },
  },
  {
    name: 'tokens known a second late',
    world: (random) => ({
      ...base,
      gapMs: 2_000,
      batch: 2,
      token: { ...base.token, sameToken: random.chance(0.5), knownAfterMs: random.between(200, 1_000) },
      checks: tokensDie,
    }),
    expects: { recovers: 0, maxRefused: 0, maxLogins: 4, minAvailability: 0.999 },
  },
  {
    name: 'tokens that live shorter than stated',
    world: (random) => ({
      ...base,
      gapMs: 2_000,
      token: { ...base.token, lifeMs: random.between(26_000, 240_000), states: 86_399_000 },
      checks: tokensDie,
    }),
    expects: { recovers: 0, maxRefused: 0, minAvailability: 1 },
  },
  {
    name: 'lives that make no sense',
    world: (random) => ({
      ...base,
      token: {
        ...base.token,
        lifeMs: random.between(2, 10) * MINUTE,
        states: random.chance(0.5) ? 'nothing' : random.chance(0.5) ? 0 : -5_000,
      },
      checks: tokensDie,
    }),
    expects: { recovers: 0, maxRefused: 0, maxLogins: 12 },
  },
  {
    name: 'one account that always answers 401',
    world: (random) => ({
      ...base,
      accounts: 10,
      checks: { ...base.checks, spacing: false },
      api: { ...base.api, refusedAccounts: 1, refusal: random.chance(0.5) ? 'status-401' : 'status-403-invalid-token' },
    }),
    // A tenth of the requests asks for it, and none of the others pays. Refused in the token's last second, it has the token
    // end; a login that brings the same text again is followed by one more, 2 s later.
    expects: { recovers: false, maxRefused: 0, maxLogins: 4, minAvailability: 0.83 },
  },
  {
    name: 'strange 401s, then a real revocation',
    world: (random) => ({
      ...base,
      gapMs: 2_000,
      accounts: 5,
      trouble: [0, 6 * MINUTE],
      checks: tokensComeBack,
      api: { ...base.api, strange401: random.between(0.05, 0.15) },
      script: [{ atMs: 6 * MINUTE + random.between(0, 20_000), act: ({ enkash }) => enkash.revokeAll() }],
    }),
    expects: { recovers: 0, maxRefused: 0, healsWithinMs: 70_000 },
  },
  {
    name: 'a partition that throttles reads',
    world: (random) => ({
      ...base,
      workers: 30,
      gapMs: 1_000,
      ms: 2.5 * MINUTE,
      trouble: [0, 2.5 * MINUTE],
      readUnits: 90,
      token: { ...base.token, lifeMs: MINUTE, bytes: random.chance(0.5) ? 20 : 5_000 },
      login: { latencyMs: [500, 3_000] },
    }),
    expects: { recovers: false, maxRefused: 0, minAvailability: 0.98 },
  },
  {
    name: 'a bad password, processes reaped, the table losing replies',
    world: () => ({ ...lossy(0.4), ...withSecret('wrong'), script: [openGate(5 * MINUTE)] }),
    expects: { recovers: false, maxLogins: 2 },
  },
];
