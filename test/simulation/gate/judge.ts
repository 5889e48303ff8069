import { createRandom, type Random } from '../../rigs/gate-clock.ts';
import type { Deploy } from './deployment.ts';
import { runFleet } from './fleet.ts';
import { MINUTE } from './presets.ts';
import type { Answer, Run, World } from './world.ts';

export type Profile = {
  readonly name: string;
  readonly world: (random: Random) => World;
  readonly expects: Expectations;
};

type Expectations = {
  /** Longest time without a good answer in the last two minutes, when nothing goes wrong any more; false: it may stay closed. */
  readonly recovers: false | number;
  /** Longest time without a good answer while requests fail. */
  readonly maxOutageMs?: number;
  /** The same for the process that fares worst: one that holds a token must not hide that the others wait. */
  readonly maxOutageOfOneMs?: number;
  /** The same as the first, after the trouble. */
  readonly healsWithinMs?: number;
  readonly maxLogins?: number;
  readonly maxRefused?: number;
  /** Share of good answers over the whole run. */
  readonly minAvailability?: number;
  /** Share of runs at whose end a gate may wait for a person; as many as like when absent. */
  readonly closedShare?: number;
};

export type Finding = {
  readonly profile: string;
  readonly seed: number;
  readonly symptoms: string[];
  readonly run: Run;
  /** Longest time without a good answer after the trouble. */
  readonly outageAfterMs: number;
  /** A person permitted a login. */
  readonly helped: boolean;
};

/** One profile, one seed. @returns what went wrong: nothing, for a gate that keeps its contract. */
export async function runProfile(
  profile: Profile,
  seed: number,
  deploy: Deploy,
  openTable?: Parameters<typeof runFleet>[3],
): Promise<Finding> {
  const world = profile.world(createRandom(seed ^ 0x5eed));
  const run = await runFleet(world, seed, deploy, openTable);
  const outageAfterMs = longestOutage(run.answers.filter(({ at }) => at >= world.trouble[1]));
  const symptoms = [
    ...new Set(run.violations.map(({ rule }) => rule)),
    ...disappointments(run, world, profile.expects),
    ...(outageAfterMs > (profile.expects.healsWithinMs ?? Number.POSITIVE_INFINITY)
      ? [`well only after ${Math.round(outageAfterMs / 1000)} s`]
      : []),
  ];
  const helped = run.trace.some((line) => line.endsWith('is answered allowed'));
  return { profile: profile.name, seed, symptoms, run, outageAfterMs, helped };
}

function disappointments({ answers, stats, closed }: Run, world: World, expects: Expectations): string[] {
  const { recovers, maxLogins, maxRefused, minAvailability, maxOutageMs, maxOutageOfOneMs, closedShare } = expects;
  const good = answers.filter(({ outcome }) => outcome === 'ok').length;
  const found: string[] = [];
  if (maxLogins !== undefined && stats.logins > maxLogins) found.push(`${stats.logins} logins, not ${maxLogins}`);
  if (maxRefused !== undefined && stats.refused > maxRefused) {
    found.push(`${stats.refused} refused logins, not ${maxRefused}`);
  }
  if (minAvailability !== undefined && good / answers.length < minAvailability) {
    found.push(`availability ${((100 * good) / answers.length).toFixed(2)} %`);
  }
  if (closedShare === 0 && closed.length > 0) found.push('closed for the operator');
  const outage = longestOutage(answers);
  if (maxOutageMs !== undefined && outage > maxOutageMs) {
    found.push(`no good answer for ${Math.round(outage / 1000)} s`);
  }
  const worst = Math.max(...[...Map.groupBy(answers, ({ by }) => by).values()].map(longestOutage));
  if (maxOutageOfOneMs !== undefined && worst > maxOutageOfOneMs) {
    found.push(`a process without a good answer for ${Math.round(worst / 1000)} s`);
  }
  const late = answers.filter(({ at }) => at > world.ms - 2 * MINUTE);
  const mayBeClosed = closedShare !== undefined && closedShare > 0 && closed.length > 0;
  if (recovers !== false && !mayBeClosed && longestOutage(late) > recovers) {
    found.push(`does not recover: ${late.find(({ outcome }) => outcome !== 'ok')?.outcome}`);
  }
  return found;
}

/** From the first bad answer after a good one to the next good one, or to the end. */
export function longestOutage(answers: readonly Answer[]): number {
  let since: number | undefined;
  let longest = 0;
  for (const { at, tookMs, outcome } of answers) {
    if (outcome !== 'ok') since ??= at;
    if (since !== undefined) longest = Math.max(longest, at + tookMs - since);
    if (outcome === 'ok') since = undefined;
  }
  return longest;
}
