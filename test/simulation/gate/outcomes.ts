import type { Profile } from './judge.ts';
import { base, MINUTE, noClockChecks, withSecret } from './presets.ts';
import { ambiguous, type EdgeReply, refusals } from './replies.ts';
import type { World } from './world.ts';

/** Every answer behind which EnKash may have counted. */
export const counted: readonly EdgeReply[] = [...ambiguous, ...refusals];
const outage = (ms: number, login: World['login'], at: number): World => ({
  ...base,
  ms: 10 * MINUTE,
  trouble: [at, at + ms],
  // A renewal falls into the outage, wherever that is.
  token: { ...base.token, lifeMs: 60_000 },
  login,
});

/** R18: logins answered by something else than EnKash. */
export const outcomeProfiles: readonly Profile[] = [
  {
    name: 'a wrong password behind one answer, whatever it is',
    world: (random) => {
      const reply = pick(counted, random());
      return { ...base, ...withSecret('wrong'), trouble: [0, 15 * MINUTE], login: { edge: 1, edgeReplies: [reply] } };
    },
    expects: { recovers: false, maxLogins: 2 },
  },
  {
    name: 'a wrong password behind changing answers',
    world: (random) => ({
      ...base,
      ...withSecret('wrong'),
      trouble: [0, 15 * MINUTE],
      login: { edge: 0.8, edgeReplies: counted, notSent: 0.1, turnedAway: random.chance(0.5) ? 0.3 : 0 },
    }),
    expects: { recovers: false, maxLogins: 20 },
  },
  ...[60, 120, 300].map(
    (seconds): Profile => ({
      name: `${seconds} s of trouble, password right`,
      world: (random) => {
        const at = random.between(10_000, 2 * MINUTE);
        const [reply, processed] = [pick(ambiguous, random()), random.chance(0.5) ? random() : 0];
        const kinds: readonly World['login'][] = [
          { edge: 1, edgeReplies: [reply], edgeProcessed: processed },
          { edge: 1, edgeReplies: [reply], edgeProcessed: processed },
          { requestLost: 1 },
          { replyLost: 1 },
          { latencyMs: [4_100, 12_000] },
          { notSent: 0.2, edge: 0.5, edgeReplies: ambiguous, edgeProcessed: processed, requestLost: 1 },
        ];
        return outage(seconds * 1_000, pick(kinds, random()), at);
      },
      // 25 s, or 75 s where the trouble ends between a lost reply and the control request; then a request, a login and a read.
      expects: { recovers: 0, maxRefused: 0, closedShare: 0, healsWithinMs: 80_000 },
    }),
  ),
  // A control request tells nothing of the next login: half, or a third, of them meet trouble by chance.
  {
    name: 'trouble that comes and goes, 60 s, password right',
    world: (random) => outage(60_000, { edge: 0.5, edgeReplies: ambiguous }, random.between(10_000, 2 * MINUTE)),
    expects: { recovers: 0, maxRefused: 0, closedShare: 0.05 },
  },
  {
    name: 'trouble that comes and goes, 120 s, password right',
    world: (random) =>
      outage(120_000, { edge: 0.2, edgeReplies: ambiguous, requestLost: 0.2 }, random.between(10_000, 2 * MINUTE)),
    expects: { recovers: 0, maxRefused: 0, closedShare: 0.15 },
  },
  {
    name: 'EnKash goes on after our time-out',
    world: (random) => ({
      ...base,
      breakConcurrent: random.chance(0.5),
      trouble: [random.between(0, MINUTE), random.between(2 * MINUTE, 4 * MINUTE)],
      login: { latencyMs: [3_000, 30_000] },
    }),
    // 75 s after a lost reply, then a request, a login and a read.
    expects: { recovers: 0, maxRefused: 0, closedShare: 0, healsWithinMs: 80_000 },
  },
  {
    // The control request after the first may be the first that EnKash answers, while EnKash is still at the login.
    name: 'EnKash goes on after our time-out, in short trouble',
    world: (random) => {
      const at = random.between(0, 3 * MINUTE);
      return {
        ...{ ...base, gapMs: 4_000, breakConcurrent: random.chance(0.5), token: { ...base.token, lifeMs: MINUTE } },
        trouble: [at, at + random.between(5_000, MINUTE)],
        login: { latencyMs: [3_000, 30_000] },
      };
    },
    expects: { recovers: 0, maxRefused: 0, closedShare: 0, healsWithinMs: 80_000 },
  },
  {
    name: '300 s of trouble in which processes die, password right',
    world: (random) => {
      const at = random.between(10_000, 2 * MINUTE);
      const login = random.chance(0.5) ? { requestLost: 1 } : { edge: 1, edgeReplies: ambiguous };
      return { ...outage(300_000, login, at), crash: random.chance(0.5) ? 0.1 : 0.02 };
    },
    expects: { recovers: 0, maxRefused: 0, closedShare: 0 },
  },
  {
    name: 'EnKash goes on after our time-out, processes stop',
    world: () => ({
      ...base,
      // Clocks 30 s off: the spacing of two logins is no longer EnKash's 25 s.
      checks: { ...noClockChecks, server: false },
      skewMs: 30_000,
      freeze: 0.1,
      reap: 0.2,
      trouble: [0, 5 * MINUTE],
      login: { latencyMs: [1_000, 25_000] },
    }),
    expects: { recovers: false, maxRefused: 0 },
  },
];

function pick<T>(from: readonly T[], chance: number): T {
  const chosen = from[Math.floor(chance * from.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
