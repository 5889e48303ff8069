import { deployCache } from './container-cache.ts';
import { faultProfiles } from './faults.ts';
import { type FigureRow, measureAnswers, measureFigures, type Scale } from './figures.ts';
import { identityProfiles } from './identities.ts';
import type { Profile } from './judge.ts';
import { killMutant, type MutantRow } from './kill.ts';
import { mutants } from './mutants.ts';
import { operatorProfiles } from './operators.ts';
import { outcomeProfiles } from './outcomes.ts';
import { passwordProfiles } from './passwords.ts';
import { platformProfiles } from './platform.ts';
import { holds, type ProfileRow, runProfiles } from './profile-rows.ts';
import { deployRemembering as deploy } from './remembered.ts';
import { fullRenewals, measureRenewals } from './renewal.ts';

/** A part of the proof as Markdown, and whether all of it holds. */
export type Proof = { readonly text: string; readonly ok: boolean };

/** 100 rotations and five renewals of each kind at full count; fewer with fewer seeds, as the rows say. */
const part = (seeds: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round((most * seeds) / 1_000)));
const scaleOf = (seeds: number): Scale => ({ instances: 1_000, rotations: part(seeds, 20, 100) });
const MUTANT_SEEDS = 40;
const RUNS_PER_ANSWER = 20;
/** What operators do to identities and tables, by the numbers of R17. */
const stories = identityProfiles.filter(({ name }) => /^\(\d+\)/.test(name));
/** Worlds in which the password is right and the trouble ends. */
const healing = [...faultProfiles, ...platformProfiles, ...outcomeProfiles].filter(
  ({ expects }) => expects.recovers !== false,
);

/** R1 to R3 of reliability.md: the figures, and the worlds in which the password is right or wrong. */
export async function proveGate(seeds: number): Promise<Proof> {
  const figures = printFigures(await measureFigures(deploy, deployCache, scaleOf(seeds)));
  const profiles = await proveProfiles('faults', [...faultProfiles, ...passwordProfiles, ...platformProfiles], seeds);
  return join(figures, profiles);
}

/** R4: every broken gate is caught. */
export async function proveMutants(): Promise<Proof> {
  const killed: MutantRow[] = [];
  for (const mutant of mutants) killed.push(await killMutant(mutant, MUTANT_SEEDS, 'gravest'));
  return printMutants(killed);
}

/** R17 in the simulation: operators who err. */
export const proveOperators = (seeds: number): Promise<Proof> =>
  proveProfiles('operators who err', [...operatorProfiles, ...stories], seeds);

/** R18: logins that something else than EnKash answers. */
export async function proveOutcomes(seeds: number): Promise<Proof> {
  const each = printFigures([await measureAnswers(deploy, RUNS_PER_ANSWER)]);
  return join(each, await proveProfiles('answers to a login', outcomeProfiles, seeds));
}

/** R19: whose failures, and who remembers them. */
export const proveIdentities = (seeds: number): Promise<Proof> =>
  proveProfiles('identities and tables', identityProfiles, seeds);

/** R20: renewals, revocations, and how soon all is well again. */
export async function proveRenewals(seeds: number): Promise<Proof> {
  const figures = printFigures(await measureRenewals(deploy, { ...fullRenewals, runs: part(seeds, 1, 5) }));
  const rows = await runProfiles(healing, seeds);
  const healed = rows.reduce((sum, row) => sum + row.healed, 0);
  const within = rows.reduce((sum, row) => sum + row.within75, 0);
  const share = `${((100 * within) / healed).toFixed(3)} %`;
  const ok = within / healed >= 0.999;
  const words = table(
    ['', 'what', 'required', 'measured', ''],
    [['R20', `${healed} runs that healed without an operator`, '>= 99.9 % well within 75 s', share, verdict(ok)]],
  );
  return join(figures, { text: words, ok });
}

async function proveProfiles(title: string, profiles: readonly Profile[], seeds: number): Promise<Proof> {
  const rows = await runProfiles(profiles, seeds);
  const ok = profiles.every((profile, index) => {
    const row = rows[index];
    return row !== undefined && holds(row, profile);
  });
  return { text: printProfiles(title, rows), ok };
}

function join(...parts: readonly Proof[]): Proof {
  return { text: parts.map(({ text }) => text).join('\n\n'), ok: parts.every(({ ok }) => ok) };
}

const verdict = (ok: boolean): string => (ok ? 'holds' : 'FAILS');

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function printFigures(rows: readonly FigureRow[]): Proof {
  const text = table(
    ['', 'what', 'required', 'with the gate', 'cache per container, no gate', ''],
    rows.map(({ id, figure, limit, gate, cache, ok }) => [id, figure, limit, gate, cache, verdict(ok)]),
  );
  return { text: `### Login gate: figures\n\n${text}`, ok: rows.every(({ ok }) => ok) };
}

function printProfiles(title: string, rows: readonly ProfileRow[]): string {
  const text = table(
    [
      'profile',
      'seeds',
      'lock-outs',
      'most logins in one run',
      'most in flight',
      'closed at the end',
      'runs that broke a rule',
    ],
    rows.map(({ profile, runs, lockOuts, maxLogins, maxInFlight, closed, failed }) => [
      profile,
      runs,
      lockOuts,
      maxLogins,
      maxInFlight,
      closed,
      failed.length === 0 ? 0 : `${failed.length} (${failed[0]})`,
    ]),
  );
  return `### Login gate: ${title}\n\n${text}`;
}

function printMutants(rows: readonly MutantRow[]): Proof {
  const text = table(
    ['mutant', 'killed by', 'seed', 'symptom'],
    rows.map(({ mutant, profile, seed, symptom }) => [mutant, profile, seed, symptom]),
  );
  return { text: `### Login gate: broken on purpose (R4)\n\n${text}`, ok: rows.every(({ killed }) => killed) };
}
