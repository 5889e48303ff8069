import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Stage } from '../local/stage.ts';
import { fetchToken } from '../local/stage-client.ts';
import type { ProofRow } from '../rigs/enkash-proof.ts';
import { saidInWords } from './said-in-words.ts';
import { missing, run } from './tools.ts';

const counts = z.record(z.string(), z.number());
const figures = z.object({ cases: counts, statuses: counts, refused: counts });

/** Every check of schemathesis against a local stage; the three of them that the contract does not keep are narrower ones here. */
export async function proveSchemathesis(stage: Stage, folder: string, examples: number): Promise<ProofRow> {
  const required = '>= 500 cases an operation, 0 failures';
  const row = { id: 'clients', figure: 'schemathesis, all checks', required };
  const absent = missing('schemathesis', 'python3');
  if (absent !== undefined) return { ...row, measured: absent, ok: true };
  const file = join(folder, 'figures.json');
  rmSync(file, { force: true });
  const args = [
    ...['run', `${stage.url}/openapi.json`, '--no-color', '--seed', '1', '--warnings', 'off', '--continue-on-failure'],
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
    () => undefined,
    (error: unknown) => String(error),
  );
  const { cases, statuses, refused } = figures.parse(JSON.parse(readFileSync(file, 'utf8')));
  const all = Object.values(cases);
  const fewest = Math.min(...all);
  const told = (counted: Record<string, number>) =>
    Object.entries(counted)
      .toSorted()
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ');
  const measured = [
    `${all.reduce((sum, count) => sum + count, 0)} cases of ${all.length} operations, at least ${fewest} each`,
    `statuses ${told(statuses)}`,
    `fits the schema and is refused by what the words say ${told(refused)}`,
    failure === undefined ? '0 failures' : failure.replaceAll('\n', ' ').slice(-2500),
  ];
  return { ...row, measured: measured.join('; '), ok: failure === undefined && fewest >= Math.min(500, examples) };
}
