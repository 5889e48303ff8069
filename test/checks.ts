import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createScanner, plantedPersons, plantedSecrets } from './rigs/canary.ts';

const root = join(import.meta.dirname, '..');
const reports = join(root, 'reports');

type Check = {
  readonly name: string;
  readonly command: readonly string[] /** A vitest suite, whose tests are counted. */;
  readonly suite?: true;
};

const vitest = (name: string, ...folders: string[]): Check => ({
  name,
  suite: true,
  command: [
    'vitest',
    'run',
    '-c',
    'test/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=reports/${name}.json`,
    ...folders,
  ],
});

/** Every check, the quick ones first: `check:fast` stops after those. */
const fast: readonly Check[] = [
  { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'unused code', command: ['knip', '-c', '.knip.jsonc'] },
  vitest('unit', '--coverage', 'test/lib', 'test/functions'),
];
const slow: readonly Check[] = [
  vitest('supply-chain', 'test/supply-chain'),
  { name: 'registry signatures', command: ['node', 'test/supply-chain/signatures.ts'] },
  vitest('infra', 'test/infra', '--exclude', 'test/infra/commands/**'),
  vitest('commands', 'test/infra/commands'),
  vitest('simulation', 'test/simulation'),
  vitest('local-stage', 'test/e2e'),
  { name: 'local stage, once', command: ['node', 'test/local/start.mjs', '--once'] },
  { name: 'synth uat with cdk-nag', command: ['cdk', 'synth', '--quiet', '-c', 'stage=uat', '-o', '.build/synth-uat'] },
];

type Outcome = { readonly passed: number; readonly failed: number };
let printed = '';

function print(text: string): void {
  printed += text;
  process.stdout.write(text);
}

async function run(check: Check): Promise<Outcome> {
  const started = performance.now();
  rmSync(join(reports, `${check.name}.json`), { force: true });
  const { code, output } = await execute(check.command);
  const counts = check.suite ? countTests(check.name, code) : countOne(code, output);
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  const verdict = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'ok' : 'SKIPPED';
  print(`${seconds} s  ${check.name}: ${verdict} (${counts.passed})\n`);
  if (counts.failed > 0) print(`${output}\n`);
  else printed += output;
  return counts;
}

function execute([command = '', ...args]: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** What cannot run here says SKIPPED, and counts as neither. */
function countOne(code: number | null, output: string): Outcome {
  if (code !== 0) return { passed: 0, failed: 1 };
  return { passed: output.startsWith('SKIPPED') ? 0 : 1, failed: 0 };
}

/** A suite that died, or ran nothing, has failed. */
function countTests(name: string, code: number | null): { passed: number; failed: number } {
  try {
    const report = JSON.parse(readFileSync(join(reports, `${name}.json`), 'utf8'));
    const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests;
    const passed = report.numPassedTests;
    return { passed, failed: Math.max(failed, code === 0 && passed > 0 ? 0 : 1) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Two at a time: most checks are single-threaded. */
async function runAll(checks: readonly Check[]): Promise<Outcome[]> {
  const waiting = [...checks];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) outcomes.push(await run(check));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane));
  return outcomes;
}

/** Nothing that any check printed may hold a secret or a person of the sandbox; the unit suite shows that a planted one is caught. */
function scanOutput(): Outcome {
  const hits = createScanner({ ...plantedSecrets, ...plantedPersons }).scan(printed);
  for (const { planted, form } of hits) print(`Printed: ${planted} (${form}), see reports/output.txt\n`);
  const failed = hits.length;
  print(`            secrets and persons in all of this output: ${failed === 0 ? 'none' : 'FOUND'}\n`);
  return { passed: failed === 0 ? 1 : 0, failed };
}

mkdirSync(reports, { recursive: true });
const outcomes = await runAll(process.argv.includes('--fast') ? fast : [...fast, ...slow]);
outcomes.push(scanOutput());
writeFileSync(join(reports, 'output.txt'), printed);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
const summary = `${passed} passed, ${failed} failed`;
writeFileSync(join(reports, 'summary.txt'), `${summary}\n`);
process.stdout.write(`${summary}\n`);
process.exitCode = failed === 0 ? 0 : 1;
