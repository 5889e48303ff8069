import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Stage } from '../local/stage.ts';
import { fetchToken } from '../local/stage-client.ts';
import { describedSchema, operationsOf } from '../rigs/described.ts';
import type { ProofRow } from '../rigs/enkash-proof.ts';
import { saidInWords } from './said-in-words.ts';
import { missing, run } from './tools.ts';

const counts = z.record(z.string(), z.number());
const figuresSchema = z.object({ cases: counts, statuses: counts, refused: counts });
type Figures = z.infer<typeof figuresSchema>;
type Counts = z.infer<typeof counts>;

/** Of an operation it now and then makes fewer cases than it is told: those are played again, with other seeds. */
const PASSES = 3;

/** Every check of schemathesis against a local stage; the three of them that the contract does not keep are narrower ones here. */
export async function proveSchemathesis(stage: Stage, folder: string, examples: number): Promise<ProofRow> {
  const required = '>= 500 cases an operation, 0 failures';
  const row = { id: 'clients', figure: 'schemathesis, all checks', required };
  const absent = missing('schemathesis', 'python3');
  if (absent !== undefined) return { ...row, measured: absent, ok: true };
  let figures: Figures = { cases: {}, statuses: {}, refused: {} };
  let failures = '';
  for (let pass = 1, names: readonly string[] = []; pass === 1 || (names.length > 0 && pass <= PASSES); pass += 1) {
    const { failure, counted } = await fuzz(stage, folder, { examples, seed: pass, names });
    figures = {
      cases: sum(figures.cases, counted.cases),
      statuses: sum(figures.statuses, counted.statuses),
      refused: sum(figures.refused, counted.refused),
    };
    failures += failure;
    names = Object.keys(figures.cases).filter((name) => (figures.cases[name] ?? 0) < examples);
  }
  const all = Object.values(figures.cases);
  const untouched = (await operationsToVary(stage)).filter((name) => !(name in figures.cases));
  const fewest = untouched.length > 0 ? 0 : Math.min(...all);
  const measured = [
    `${all.reduce((total, count) => total + count, 0)} cases of ${all.length} operations, at least ${fewest} each${untouched.map((name) => `, none of ${name}`).join('')}`,
    `statuses ${told(figures.statuses)}`,
    `fits the schema and is refused by what the words say ${told(figures.refused)}`,
    failures === '' ? '0 failures' : failures.replaceAll('\n', ' ').slice(-2500),
  ];
  return { ...row, measured: measured.join('; '), ok: failures === '' && fewest >= Math.min(500, examples) };
}

/** Every operation that takes anything, by schemathesis's name for it; the others have one case, if any. */
async function operationsToVary(stage: Stage): Promise<string[]> {
  const document = describedSchema.parse(await (await fetch(`${stage.url}/openapi.json`)).json());
  return operationsOf(document)
    .filter(({ parameters, requestBody }) => parameters.length > 0 || requestBody !== undefined)
    .map(({ method, path }) => `${method} ${path}`);
}

type Pass = { readonly examples: number; readonly seed: number; readonly names: readonly string[] };

/** One run, of the operations that are named or of all; `failure` is empty when there is none. */
async function fuzz(stage: Stage, folder: string, { examples, seed, names }: Pass) {
  const file = join(folder, 'figures.json');
  rmSync(file, { force: true });
  const args = [
    ...['run', `${stage.url}/openapi.json`, '--no-color', '--seed', `${seed}`, '--warnings', 'off'],
    ...['--continue-on-failure', ...names.flatMap((name) => ['--include-name', name])],
    ...['--header', `Authorization: Bearer ${await fetchToken(stage.tokenUrl, stage.callers[0])}`],
    ...['--checks', 'all', '--exclude-checks', 'positive_data_acceptance,unsupported_method,negative_data_rejection'],
    ...['--mode', 'all', '--phases', 'examples,coverage,fuzzing,stateful', '--max-examples', String(examples)],
  ];
  const env = {
    SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'schemathesis_hooks.py'),
    SAID_IN_WORDS: JSON.stringify(saidInWords.map(({ message }) => message.source)),
    FIGURES: file,
  };
  const failure = await run('schemathesis', args, folder, env).then(
    () => '',
    (error: unknown) => String(error),
  );
  if (!existsSync(file)) throw new Error(`schemathesis wrote no figures: ${failure}`);
  return { failure, counted: figuresSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) };
}

function sum(some: Counts, more: Counts): Counts {
  const names = new Set([...Object.keys(some), ...Object.keys(more)]);
  return Object.fromEntries([...names].map((name) => [name, (some[name] ?? 0) + (more[name] ?? 0)]));
}

function told(counted: Counts): string {
  return Object.entries(counted)
    .toSorted()
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}
