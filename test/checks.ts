import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { proofsToRunAgain } from './proof-age.ts';
import { readOptions } from './rigs/arguments.ts';
import { createScanner, plantedPersons, plantedSecrets } from './rigs/canary.ts';

const root = join(import.meta.dirname, '..');
const reports = join(root, 'reports');

const usage = `npm test, npm run check:fast
  Every check that CI runs, two at a time, each with its seconds; the output of one that fails follows it.
  check:fast stops after format, lint, types, unused code and the unit suites.
  One suite alone: npm run test:unit, test:infra, test:simulation, test:local, test:clients, test:commands, test:supply-chain
  One file alone: npx vitest run -c test/vitest.config.ts FILE`;
const { values: options } = readOptions(usage, { options: { fast: { type: 'boolean', default: false } } });

type Check = {
  readonly name: string;
  readonly command: readonly string[];
  /** What one types to run it alone, where that is not `command`. */
  readonly alone?: string;
  /** A vitest suite, whose tests are counted. */
  readonly suite?: true;
};

const vitest = (name: string, ...folders: string[]): Check => ({
  name,
  suite: true,
  alone: `npx vitest run -c test/vitest.config.ts ${folders.filter((word) => !/^--(coverage|maxWorkers)/.test(word)).join(' ')}`,
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
  { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '--colors=off'], alone: 'npm run format' },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'unused code', command: ['knip', '-c', '.knip.jsonc'] },
  // Alone at the end, it may have both cores, and a third worker for the time in which tests wait.
  vitest('unit', options.fast ? '--maxWorkers=3' : '--coverage', 'test/lib', 'test/functions'),
];
/** The longest first, so that neither lane waits for the other at the end. */
const slow: readonly Check[] = [
  vitest('local-stage', 'test/e2e'),
  vitest('simulation', 'test/simulation'),
  // The CDK is loaded once for all files: half the time.
  vitest('commands', '--no-isolate', 'test/infra/commands'),
  vitest(
    'infra',
    '--no-isolate',
    'test/infra',
    '--exclude',
    'test/infra/commands/**',
    '--exclude',
    'test/infra/cfn-lint.test.ts',
  ),
  vitest('clients', 'test/clients', '--exclude', 'test/clients/page/**'),
  vitest('supply-chain', 'test/supply-chain'),
  { name: 'cfn-lint', command: ['node', 'test/infra/cfn-lint-check.ts'] },
  { name: 'page in a browser', command: ['node', 'test/clients/page-check.ts'] },
  { name: 'registry signatures', command: ['node', 'test/supply-chain/signatures.ts'] },
  { name: 'local stage, once', command: ['node', 'test/local/start.mjs', '--once'], alone: 'npm start -- --once' },
  { name: 'synth uat with cdk-nag', command: ['cdk', 'synth', '--quiet', '-c', 'stage=uat', '-o', '.build/synth-uat'] },
];

type Outcome = { readonly passed: number; readonly failed: number };
type Running = { readonly check: Check; readonly started: number; output: string };

/** How often a run without news says that it lives. */
const HEARTBEAT_MS = 20_000;
const running = new Set<Running>();
let printed = '';
let printedAt = 0;

function print(text: string): void {
  printed += text;
  printedAt = performance.now();
  process.stdout.write(text);
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;

/** What is still under way, with the test files that have ended. */
function heartbeat(): void {
  if (performance.now() - printedAt < HEARTBEAT_MS) return;
  const states = [...running].map(({ check, started, output }) => {
    const files = output.match(/^ [✓❯×] /gm)?.length ?? 0;
    return `${check.name} (${secondsSince(started).toFixed(0)} s${check.suite ? `, ${files} test files done` : ''})`;
  });
  print(`            still running: ${states.join(', ')}\n`);
}

async function run(check: Check): Promise<Outcome> {
  const state: Running = { check, started: performance.now(), output: '' };
  running.add(state);
  rmSync(join(reports, `${check.name}.json`), { force: true });
  const code = await execute(check.command, state);
  running.delete(state);
  const counts = check.suite ? countTests(check.name, code) : countOne(code, state.output);
  print(`${secondsSince(state.started).toFixed(1).padStart(7)} s   ${check.name}: ${verdictOf(check, counts)}\n`);
  if (counts.failed > 0) print(`${state.output}\n${check.name} FAILED. Alone: ${aloneOf(check)}\n\n`);
  else printed += state.output;
  return counts;
}

function verdictOf({ suite }: Check, { passed, failed }: Outcome): string {
  const tests = suite ? `, ${passed} tests passed` : '';
  if (failed > 0) return `FAILED${suite ? `, ${failed} tests failed${tests}` : ''}`;
  return passed > 0 ? `ok${tests}` : 'SKIPPED';
}

function aloneOf({ command, alone }: Check): string {
  return alone ?? `npx ${command.join(' ')}`;
}

/** Runs a command, its output gathered without colours. @returns its exit code; null when a signal ended it */
function execute([command = '', ...args]: readonly string[], state: Running): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: {
        ...process.env,
        ...{ FORCE_COLOR: undefined, NO_COLOR: '1' },
        // They would leave out all but one story of the simulation.
        ...{ PROFILE: undefined, SEED: undefined },
        PATH: join(root, 'node_modules', '.bin') + delimiter + (process.env.PATH ?? ''),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        state.output += chunk;
      });
    child.on('error', (error) => {
      state.output += error.message;
      resolve(1);
    });
    child.on('close', resolve);
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
  print(
    `            secrets and persons in all of this output: ${failed === 0 ? 'none' : 'FOUND, see reports/output.txt'}\n`,
  );
  return { passed: failed === 0 ? 1 : 0, failed };
}

mkdirSync(reports, { recursive: true });
const checks = options.fast ? fast : [...fast, ...slow];
print(`${checks.length} checks, two at a time; the output of one that fails follows it.\n`);
const beat = setInterval(heartbeat, 1000);
const outcomes = await runAll(checks);
clearInterval(beat);
outcomes.push(scanOutput());
for (const line of proofsToRunAgain(root)) print(`            ${line}\n`);
writeFileSync(join(reports, 'output.txt'), printed);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
const summary = `${passed} passed, ${failed} failed`;
writeFileSync(join(reports, 'summary.txt'), `${summary}\n`);
process.stdout.write(`${summary}\n`);
process.exitCode = failed === 0 ? 0 : 1;
