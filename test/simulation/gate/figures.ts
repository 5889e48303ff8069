import { createRandom } from '../../rigs/gate-clock.ts';
import type { Deploy } from './deployment.ts';
import { runFleet } from './fleet.ts';
import { counted } from './outcomes.ts';
import { base, MINUTE, processesStop, rotation, withSecret } from './presets.ts';
import type { Run, World } from './world.ts';

/** One line of the table: a figure of reliability.md, what it must be, what was seen with the gate, and with a cache per container. */
export type FigureRow = {
  readonly id: string;
  readonly figure: string;
  readonly limit: string;
  readonly gate: string;
  readonly cache: string;
  readonly ok: boolean;
};

/** How much is run. */
export type Scale = {
  readonly instances: number;
  /** Rotations of each order, one hour each, at as many phases of the token's life. */
  readonly rotations: number;
};

const hour = 60 * MINUTE;
/** Without Spring's accident: it would spare the cache the lock-out by failing everybody's login with 500. */
const mild = { ...base, breakConcurrent: false, checks: processesStop };
/** Ten invocations of ten requests each, within a minute. */
const badPassword = ({ instances }: Scale): World => ({
  ...mild,
  ms: MINUTE,
  workers: instances,
  gapMs: 5_300,
  batch: 10,
  ...withSecret('wrong'),
});
const coldBurst = ({ instances }: Scale): World => ({
  ...mild,
  ms: 1_000,
  workers: instances,
  gapMs: 200,
  batch: 100,
  invocations: 1,
});
const quietHour: World = { ...mild, ms: hour, trouble: [0, 0], workers: 20, gapMs: 5_000 };
/** Nine accounts are asked for beside the one that is answered 401 whatever the token. */
const hourWith401: World = { ...quietHour, accounts: 10, api: { ...base.api, refusedAccounts: 1 } };
const rotationHour = (order: 'secret' | 'enkash', phaseMs: number): World => {
  const [secretAt, enkashAt] = order === 'secret' ? [0, MINUTE] : [MINUTE, 0];
  const at = 20 * MINUTE + phaseMs;
  return {
    ...mild,
    ms: hour,
    trouble: [0, 0],
    workers: 10,
    gapMs: 3_000,
    script: rotation(at + enkashAt, at + secretAt, false),
  };
};

export async function measureFigures(gateOf: Deploy, cacheOf: Deploy, scale: Scale): Promise<FigureRow[]> {
  const rows: FigureRow[] = [];
  const both = async (world: World) => [await runFleet(world, 1, gateOf), await runFleet(world, 1, cacheOf)] as const;

  const [gate1, cache1] = await both(badPassword(scale));
  rows.push({
    id: 'R1',
    figure: `bad password: ${count(gate1.answers.length)} requests on ${count(scale.instances)} instances`,
    limit: '0 lock-outs, 1 login',
    gate: logins(gate1),
    cache: logins(cache1),
    ok: clean(gate1) && gate1.stats.lockOuts === 0 && gate1.stats.logins === 1,
  });

  const [gate2, cache2] = await both(coldBurst(scale));
  rows.push({
    id: 'R2',
    figure: `cold burst of ${count(gate2.answers.length)} requests`,
    limit: '1 login, never 2 in flight',
    gate: `${logins(gate2)}, ${gate2.stats.maxInFlight} in flight, ${percent(availability(gate2))} answered`,
    cache: `${logins(cache2)}, ${cache2.stats.maxInFlight} in flight, ${percent(availability(cache2))} answered`,
    ok: clean(gate2) && gate2.stats.logins === 1 && gate2.stats.maxInFlight === 1,
  });

  const [gate3, cache3] = await both(quietHour);
  rows.push({
    id: 'R2',
    figure: 'an hour, tokens of 300 s',
    limit: '<= 13 logins',
    gate: logins(gate3),
    cache: logins(cache3),
    ok: clean(gate3) && gate3.stats.logins <= 13,
  });

  const [gate4, cache4] = await both(hourWith401);
  rows.push({
    id: 'R2',
    figure: 'the same, one account of ten always answering 401',
    limit: '<= 13 logins',
    gate: logins(gate4),
    cache: logins(cache4),
    ok: clean(gate4) && gate4.stats.logins <= 13,
  });

  for (const [order, figure, limit] of [
    ['secret', 'rotation, secret 60 s before EnKash', 0.999],
    ['enkash', 'rotation, EnKash 60 s before the secret', 0.988],
  ] as const) {
    const gate = await rotations(order, scale.rotations, gateOf);
    const cache = await rotations(order, scale.rotations, cacheOf);
    rows.push({
      id: 'R3',
      figure: `${figure}: ${scale.rotations} rotations, an hour each`,
      limit: `0 lock-outs, >= ${percent(limit)}`,
      gate: gate.words,
      cache: cache.words,
      ok: gate.clean && gate.lockOuts === 0 && gate.mean >= limit,
    });
  }
  return rows;
}

/** R18: a wrong password, and EnKash counting behind each answer that may hide a check of it, whatever it looks like. */
export async function measureAnswers(deploy: Deploy, seeds: number): Promise<FigureRow> {
  let [lockOuts, most, broken] = [0, 0, 0];
  for (const reply of counted) {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const login = { edge: 1, edgeReplies: [reply] };
      const run = await runFleet({ ...base, ...withSecret('wrong'), trouble: [0, base.ms], login }, seed, deploy);
      lockOuts += run.stats.lockOuts;
      most = Math.max(most, run.stats.logins);
      broken += clean(run) ? 0 : 1;
    }
  }
  return {
    id: 'R18',
    figure: `a wrong password behind each of ${counted.length} answers, ${plural(seeds, 'run')} each`,
    limit: '0 lock-outs, <= 2 logins, no rule broken',
    gate: `${plural(lockOuts, 'lock-out')}, at most ${plural(most, 'login')}, ${plural(broken, 'run')} broke a rule`,
    cache: '',
    ok: lockOuts === 0 && most <= 2 && broken === 0,
  };
}

async function rotations(order: 'secret' | 'enkash', count: number, create: Deploy) {
  const random = createRandom(3);
  const runs: Run[] = [];
  for (let index = 0; index < count; index += 1) {
    const phase = ((index + random()) / count) * 5 * MINUTE;
    runs.push(await runFleet(rotationHour(order, phase), index + 1, create));
  }
  const shares = runs.map(availability);
  const mean = shares.reduce((sum, share) => sum + share, 0) / count;
  const lockOuts = runs.reduce((sum, { stats }) => sum + stats.lockOuts, 0);
  const words = `${plural(lockOuts, 'lock-out')}, ${percent(mean)} answered (worst hour ${percent(Math.min(...shares))})`;
  return { mean, lockOuts, words, clean: runs.every(clean) };
}

const clean = ({ violations }: Run): boolean => violations.length === 0;
const availability = ({ answers }: Run): number =>
  answers.filter(({ outcome }) => outcome === 'ok').length / answers.length;
const logins = ({ stats }: Run): string => `${plural(stats.lockOuts, 'lock-out')}, ${plural(stats.logins, 'login')}`;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const plural = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`;
const count = (value: number): string => value.toLocaleString('en-US');
