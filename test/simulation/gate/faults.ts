import type { Controls } from './controls.ts';
import type { Profile } from './judge.ts';
import {
  base,
  early,
  MINUTE,
  noClockChecks,
  operator,
  processesStop,
  rotation,
  springToken,
  tokensComeBack,
  tokensDie,
} from './presets.ts';
import { ambiguous } from './replies.ts';

/** Everything around the login goes wrong; the password is right. */
export const faultProfiles: readonly Profile[] = [
  {
    name: 'healthy',
    world: (random) => ({
      ...base,
      batch: 1 + Math.floor(random.between(0, 4)),
      token: { ...springToken, states: random.chance(0.5) ? 'truth' : 86_399_000 },
    }),
    expects: { recovers: 0, maxLogins: 4, maxRefused: 0, minAvailability: 1 },
  },
  {
    name: 'slow logins',
    world: () => ({ ...base, gapMs: 3_000, login: { latencyMs: [2_500, 3_900] } }),
    expects: { recovers: 0, maxLogins: 4, maxRefused: 0, minAvailability: 0.98 },
  },
  {
    name: 'table loses replies',
    world: () => ({ ...base, store: { requestLost: 0.1, replyLost: 0.25, latencyMs: [5, 400] } }),
    expects: { recovers: 0, maxRefused: 0, maxOutageMs: 60_000 },
  },
  {
    name: 'table throttles, writes arrive late',
    world: () => ({ ...base, store: { throttled: 0.25, late: 0.1, requestLost: 0.05 } }),
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'table down',
    world: (random) => {
      const from = random.between(0, 4 * MINUTE);
      return { ...base, storeDown: true, trouble: [from, from + random.between(MINUTE, 6 * MINUTE)] };
    },
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'secrets down',
    world: () => ({ ...base, secretsDown: true, trouble: [30_000, 4 * MINUTE] }),
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'crashes',
    world: () => ({ ...base, crash: 0.2, script: operator }),
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'freezes',
    world: () => ({
      ...base,
      gapMs: 2_000,
      checks: processesStop,
      freeze: 0.3,
      login: { latencyMs: [200, 3_500] },
      script: operator,
    }),
    // A token is not used in its last second, one from a slow login leaves up to 4 s more in which it is neither used nor
    // replaced, and then the next login takes up to 3.5 s. Or that login brings the same token again, in its last second: then
    // the next one follows 10 s after it.
    expects: { recovers: 14_000, maxRefused: 0 },
  },
  {
    name: 'clocks 30 s off, freezes and crashes',
    world: () => ({
      ...base,
      checks: noClockChecks,
      skewMs: 30_000,
      freeze: 0.15,
      crash: 0.05,
      login: { latencyMs: [200, 3_900] },
      script: operator,
    }),
    // A clock that is ahead logs in early, gets the same token, and the next login is 10 s away by clocks that disagree.
    expects: { recovers: 45_000, maxRefused: 0 },
  },
  {
    name: 'login replies lost',
    world: () => ({
      ...base,
      login: { replyLost: 0.3, requestLost: 0.2 },
      script: operator,
    }),
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'pages in place of login replies',
    world: (random) => ({
      ...base,
      trouble: [0, random.between(5_000, 60_000)],
      login: { edge: 0.5, edgeReplies: ambiguous },
      script: operator,
    }),
    expects: { recovers: 0, maxRefused: 0 },
  },
  {
    name: 'token host down or turning away',
    world: (random) => ({ ...base, login: random.chance(0.5) ? { notSent: 1 } : { notSent: 0.4, turnedAway: 0.6 } }),
    // 25 s, then a request, a login and a read.
    expects: { recovers: 0, maxRefused: 0, closedShare: 0, healsWithinMs: 30_000 },
  },
  {
    name: '401s that are not about the token',
    world: (random) => ({
      ...base,
      token: { ...springToken, sameToken: random.chance(0.5) },
      checks: tokensComeBack,
      api: { ...base.api, strange401: random.chance(0.3) ? 1 : 0.2 },
    }),
    // Only a second 401, at the control read, ends an accepted token; one more login where EnKash gives the same text again.
    expects: { recovers: 0, maxRefused: 0, maxLogins: 40, healsWithinMs: 70_000 },
  },
  {
    name: 'tokens die early',
    world: (random) => ({
      ...base,
      checks: tokensDie,
      script: Array.from({ length: 3 }, () => ({
        atMs: random.between(MINUTE, 9 * MINUTE),
        act: ({ enkash }: Controls) => enkash.revokeAll(),
      })),
    }),
    expects: { recovers: 0, maxRefused: 0, maxLogins: 8 },
  },
  {
    name: 'everything at once',
    world: (random) => ({
      ...base,
      batch: 2,
      checks: noClockChecks,
      skewMs: 30_000,
      crash: 0.05,
      freeze: 0.05,
      api: { ...base.api, strange401: 0.02 },
      store: { throttled: 0.1, requestLost: 0.05, replyLost: 0.1, late: 0.05, latencyMs: [5, 300] },
      login: { latencyMs: [100, 4_500], replyLost: 0.1, requestLost: 0.05, notSent: 0.1, turnedAway: 0.1 },
      script: [...rotation(early(random), early(random), random.chance(0.5)), ...operator],
    }),
    expects: { recovers: false },
  },
];
