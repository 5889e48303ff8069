import type { Deploy } from './deployment.ts';
import type { FigureRow } from './figures.ts';
import { runFleet } from './fleet.ts';
import { longestOutage } from './judge.ts';
import { base, MINUTE, processesStop, tokensDie } from './presets.ts';
import type { Answer, Run, World } from './world.ts';

/** How much of R20 is run: fleets by instances, logins by seconds, and the fleet that meets the read limit of a partition. */
export type RenewalScale = {
  readonly fleets: readonly number[];
  readonly loginSeconds: readonly number[];
  readonly crowd: number;
  /** Seeds of each; the worst one counts. */
  readonly runs: number;
};
export const fullRenewals: RenewalScale = { fleets: [50, 500], loginSeconds: [0.3, 1, 3], crowd: 1_000, runs: 5 };

const CALL_MS = 80;
/** A token's life, and the renewal that the figures look at. */
const LIFE_MS = 2 * MINUTE;

/** One request of each instance at a time, a second apart; all warm when the token ends. */
function herd(instances: number, loginMs: number): World {
  return {
    ...base,
    ms: LIFE_MS + 30_000,
    workers: instances,
    gapMs: 1_000,
    trouble: [0, LIFE_MS + 30_000],
    checks: processesStop,
    token: { ...base.token, lifeMs: LIFE_MS },
    login: { latencyMs: [loginMs, loginMs] },
    api: { ...base.api, latencyMs: [CALL_MS, CALL_MS] },
  };
}

const row = (figure: string, limit: string, gate: string, ok: boolean): FigureRow => ({
  id: 'R20',
  figure,
  limit,
  gate,
  cache: '',
  ok,
});

/** R20: what a renewal, a revocation and a short life cost. */
export async function measureRenewals(deploy: Deploy, scale: RenewalScale): Promise<FigureRow[]> {
  const rows: FigureRow[] = [];
  for (const instances of scale.fleets) {
    for (const seconds of scale.loginSeconds) {
      const world = herd(instances, seconds * 1_000);
      rows.push(await renewal(deploy, scale, world, `${instances} instances, logins of ${seconds} s`, seconds));
    }
  }
  const crowd = { ...herd(scale.crowd, 3_000), readUnits: 3_000 };
  const bytes = { ...crowd.token, bytes: 5_000 };
  const words = `${scale.crowd} instances, logins of 3 s, tokens of 5 kB, 3,000 reads a second`;
  rows.push(await renewal(deploy, scale, { ...crowd, token: bytes }, words, 3));
  rows.push(...(await revocations(deploy, scale)));
  return rows;
}

async function renewal(
  deploy: Deploy,
  { runs }: RenewalScale,
  world: World,
  words: string,
  loginSeconds: number,
): Promise<FigureRow> {
  const seen = await inSeeds(runs, async (seed) => {
    const run = await runFleet(world, seed, deploy);
    const near = run.answers.filter(({ at }) => at > LIFE_MS - 5_000 && at < LIFE_MS + loginSeconds * 1_000 + 5_000);
    const waits = near.map(({ tookMs }) => tookMs - CALL_MS);
    return { p99: percentile(waits, 0.99), answers: run.answers.length, failed: failures(run), broken: broken(run) };
  });
  const limitMs = loginSeconds * 1_000 + 300;
  const p99 = Math.max(...seen.map((one) => one.p99));
  const failed = sum(seen.map((one) => one.failed));
  return row(
    `renewal: ${words}, ${runs} ${runs === 1 ? 'run' : 'runs'}`,
    `p99 of the wait <= ${seconds(limitMs)}, 0 failed`,
    `p99 ${seconds(p99)}, ${failed} of ${sum(seen.map(({ answers }) => answers))} failed${rulesOf(seen)}`,
    p99 <= limitMs && failed === 0 && rulesOf(seen) === '',
  );
}

async function revocations(deploy: Deploy, { runs }: RenewalScale): Promise<FigureRow[]> {
  const at = MINUTE;
  const dying: World = {
    ...herd(50, 300),
    checks: tokensDie,
    script: [{ atMs: at, act: ({ enkash }) => enkash.revokeAll() }],
  };
  const short: World = {
    ...herd(50, 300),
    ms: 15 * MINUTE,
    checks: tokensDie,
    token: { ...base.token, lifeMs: 2 * MINUTE, states: 86_399_000 },
  };
  const revoked = async (world: World, words: string, limitMs: number): Promise<FigureRow> => {
    const seen = await inSeeds(runs, async (seed) => {
      const run = await runFleet(world, seed, deploy);
      const since = run.answers.filter((answer) => answer.at + answer.tookMs > at && answer.at < at + MINUTE);
      return { ms: worst(since, at), broken: broken(run) };
    });
    const ms = Math.max(...seen.map((one) => one.ms));
    const ok = ms <= limitMs && rulesOf(seen) === '';
    return row(`a token is revoked, ${words}`, `<= ${limitMs / 1_000} s`, `${seconds(ms)}${rulesOf(seen)}`, ok);
  };
  const lived = await inSeeds(runs, async (seed) => {
    const run = await runFleet(short, seed, deploy);
    return { answers: run.answers.length, failed: failures(run), broken: broken(run) };
  });
  const failed = sum(lived.map((one) => one.failed));
  return [
    await revoked(dying, 'warm fleet of 50', 2_000),
    await revoked({ ...dying, reap: 1 }, 'a process for each request', 10_000),
    row(
      'tokens that live 120 s and state 86399 s, 15 min',
      '0 reads failed',
      `${failed} of ${sum(lived.map(({ answers }) => answers))} failed${rulesOf(lived)}`,
      failed === 0 && rulesOf(lived) === '',
    ),
  ];
}

async function inSeeds<T>(runs: number, run: (seed: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let seed = 1; seed <= runs; seed += 1) all.push(await run(seed));
  return all;
}

/** The longest that one caller waited, or that all went without a good answer, whichever is longer. */
function worst(answers: readonly Answer[], from: number): number {
  const waits = answers.map(({ at, tookMs }) => Math.min(tookMs, at + tookMs - from));
  return Math.max(...waits, longestOutage(answers));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const failures = ({ answers }: Run): number => answers.filter(({ outcome }) => outcome !== 'ok').length;
const broken = ({ violations }: Run): string => (violations[0] ? `; ${violations[0].rule}` : '');
const rulesOf = (seen: readonly { readonly broken: string }[]): string =>
  [...new Set(seen.map((one) => one.broken))].join('');
