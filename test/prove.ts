import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proveClients } from './clients/proof.ts';
import { proveOperatorStories } from './e2e/operator-stories.ts';
import { readOptions } from './rigs/arguments.ts';
import { proveCardNumbers } from './rigs/card-number-proof.ts';
import { proveCsv } from './rigs/csv-proof.ts';
import { type ProofRow, proveOutputKeys, proveSpoiltReplies } from './rigs/enkash-proof.ts';
import { proveHostileEvents, proveIsolation, proveNoLeaks } from './rigs/functions-proof.ts';
import { proveReceivers } from './rigs/receivers-proof.ts';
import { proveReplayed } from './rigs/replayed-proof.ts';
import { proveSettings } from './rigs/settings-proof.ts';
import {
  proveGate,
  proveIdentities,
  proveMutants,
  proveOperators,
  proveOutcomes,
  proveRenewals,
} from './simulation/gate/proof.ts';
import { proveHistories } from './simulation/snapshot-histories-proof.ts';
import { proveSnapshots } from './simulation/snapshot-proof.ts';

/** One command for the figures of reliability.md in full: `npm run prove`, or `npm run prove -- R7 R13` for some. */
const root = join(import.meta.dirname, '..');
const usage = `npm run prove -- [R1 R7 clients …] [--share 0.1]
  Runs the figures of CONTRIBUTING.md's table at full count, all or those named, and writes test/proof.md. Takes hours.
  --share  part of the full counts, 1 by default`;
const { values, positionals } = readOptions(usage, {
  allowPositionals: true,
  options: { share: { type: 'string', default: '1' }, write: { type: 'boolean', default: false } },
});
/** Part of the full counts to run, for a first look: `--share 0.01`. */
const share = Number(values.share);
/** Seeds for each profile of the login gate; `SEEDS=2000` runs fewer, and each table says how many. */
const seeds = Number(process.env.SEEDS ?? Math.max(1, Math.round(10_000 * share)));
const count = (full: number): number => Math.max(1, Math.round(full * share));

type Result = { readonly text: string; readonly ok: boolean };
/** A section that cannot be run here says why, and what stands in test/proof.md stays. */
type Section = { readonly ids: readonly string[]; readonly run: () => Promise<Result | string> };

/** Several figures of one rig. */
const several = (id: string, prove: () => Promise<readonly ProofRow[]>): Section => ({
  ids: [id],
  run: async () => {
    const rows = await prove();
    return { text: table(rows), ok: rows.every(({ ok }) => ok) };
  },
});

const figure = (id: string, prove: () => Promise<ProofRow>): Section => ({
  ids: [id],
  run: async () => {
    const row = await prove();
    return { text: table([row]), ok: row.ok };
  },
});

/** Facts that a suite states as they are, at any count. */
const suite = (ids: readonly string[], what: string, ...files: string[]): Section => ({
  ids,
  run: async () => {
    const { status } = spawnSync('vitest', ['run', '-c', 'test/vitest.config.ts', ...files], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PROOF: '1' },
    });
    const ok = status === 0;
    return {
      text: table(ids.map((id) => ({ id, figure: what, required: 'every test', measured: files.join(', '), ok }))),
      ok,
    };
  },
});

type Mutant = { readonly status: string };

function scoreOf(mutants: readonly Mutant[]): number {
  const counted = mutants.filter(({ status }) => status !== 'Ignored' && status !== 'CompileError');
  const killed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  return (100 * killed.length) / counted.length;
}

const mutation: Section = {
  ids: ['R16'],
  run: async () => {
    const { status } = spawnSync('stryker', ['run', '.stryker.json'], { cwd: root, stdio: 'inherit' });
    const report = JSON.parse(readFileSync(join(root, 'reports/mutation.json'), 'utf8'));
    const files = Object.entries<{ mutants: Mutant[] }>(report.files).map(([name, { mutants }]) => ({ name, mutants }));
    const all = { name: 'all of them', mutants: files.flatMap(({ mutants }) => mutants) };
    const rows = [all, ...files].map(({ name, mutants }) => ({
      id: 'R16',
      figure: name,
      required: name === all.name ? '>= 85 %' : 'part of it',
      measured: `${scoreOf(mutants).toFixed(1)} %`,
      ok: status === 0,
    }));
    return { text: table(rows), ok: status === 0 };
  },
};

const sections: readonly Section[] = [
  { ids: ['R1', 'R2', 'R3'], run: () => proveGate(seeds) },
  { ids: ['R4'], run: proveMutants },
  {
    ids: ['R5', 'R6'],
    run: async () => {
      const rows = await proveSnapshots(count(1_000_000));
      return { text: table(rows), ok: rows.every(({ ok }) => ok) };
    },
  },
  {
    ids: ['R23'],
    run: async () => {
      const rows = await proveHistories(count(1_000_000));
      return { text: table(rows), ok: rows.every(({ ok }) => ok) };
    },
  },
  figure('R7', () => proveHostileEvents(count(100_000))),
  figure('R8', () => proveNoLeaks(count(10_000))),
  suite(['R9'], 'no secrets in templates, environment, bundles', 'test/supply-chain', 'test/infra/secrets.test.ts'),
  suite(['R10', 'R11', 'R15'], 'cdk-nag, exact rights, India only', 'test/infra'),
  figure('R24', async () => proveSettings(count(1_000))),
  figure('R12', () => proveIsolation()),
  figure('R13', () => proveOutputKeys(count(100_000))),
  figure('R22', () => proveCardNumbers(count(100_000))),
  figure('R14', () => proveSpoiltReplies(count(100_000))),
  {
    ids: ['R21'],
    run: async () => {
      const rows = await proveReplayed();
      if (!rows) return 'the replayed bug reports are not here; REPLAYED_CASES names their folder';
      return { text: table(rows), ok: rows.every(({ ok }) => ok) };
    },
  },
  several('receivers', proveReceivers),
  several('csv', proveCsv),
  { ids: ['R17'], run: () => proveOperators(seeds) },
  {
    ids: ['R17', 'commands'],
    run: async () => {
      const rows = await proveOperatorStories();
      return { text: table(rows), ok: rows.every(({ ok }) => ok) };
    },
  },
  { ids: ['R18'], run: () => proveOutcomes(seeds) },
  { ids: ['R19'], run: () => proveIdentities(seeds) },
  { ids: ['R20'], run: () => proveRenewals(seeds) },
  mutation,
  {
    ids: ['clients'],
    run: async () => {
      const rows = await proveClients(count(500));
      return { text: table(rows), ok: rows.every(({ ok }) => ok) };
    },
  },
];

function verdictOf({ ok, skipped }: ProofRow): string {
  if (skipped) return 'SKIPPED';
  return ok ? 'holds' : 'FAILS';
}

function table(rows: readonly ProofRow[]): string {
  const lines = rows.map(
    (row) => `| ${row.id} | ${row.figure} | ${row.required} | ${row.measured} | ${verdictOf(row)} |`,
  );
  return ['| | figure | required | measured | |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** Each section says when and how it was run, so that a part can be run anew: the others stay as they are. */
const file = join(root, 'test/proof.md');
const kept = new Map<string, string>();
for (const section of existsSync(file)
  ? readFileSync(file, 'utf8')
      .split(/^(?=## )/m)
      .slice(1)
  : []) {
  kept.set(section.slice(3, section.indexOf('\n')), section.trim());
}

const wanted = sections.filter(({ ids }) => positionals.length === 0 || ids.some((id) => positionals.includes(id)));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const amount = process.env.SEEDS ? `SEEDS=${seeds}` : `${share * 100} % of the full count`;
let ok = true;
for (const section of wanted) {
  const started = performance.now();
  const title = section.ids.join(', ');
  const result = await section.run();
  if (typeof result === 'string') {
    console.log(`## ${title}\n\nSKIPPED: ${result}`);
    continue;
  }
  ok &&= result.ok;
  const seconds = Math.round((performance.now() - started) / 1000);
  const how = `${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${amount}, ${seconds} s.`;
  kept.set(title, `## ${title}\n\n${how}\n\n${result.text}`);
  console.log(kept.get(title));
  const ordered = sections.flatMap(({ ids }) => kept.get(ids.join(', ')) ?? []);
  if (values.write) writeFileSync(file, `# Proof\n\nWritten by \`npm run prove\`.\n\n${ordered.join('\n\n')}\n`);
}
process.exitCode = ok ? 0 : 1;
