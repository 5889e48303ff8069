import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProofRow } from './enkash-proof.ts';

const root = join(import.meta.dirname, '..', '..');
/** Where the replayed bug reports lie: beside the project, and not in it. */
const usualFolders = [join(root, '..', 'shared', 'cases'), '/work/shared/cases'];

type Run = {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the cases that the script says, those that this run is for. @default all */
  readonly only?: RegExp;
  /** `ulimit -n` */
  readonly descriptors?: number;
};

/** @param copy the project a second time, elsewhere */
const runsWith = (copy: string): readonly Run[] => [
  { script: 'api-cases' },
  { script: 'caller-cases' },
  { script: 'field-cases' },
  { script: 'secret-cases' },
  { script: 'queue-cases' },
  { script: 'login-cases' },
  { script: 'freeze' },
  { script: 'deploy404' },
  { script: 'operator-view' },
  { script: 'bundle-twice', args: [root, copy] },
  { script: 'net-cases' },
  { script: 'net-cases', args: ['emfile'], descriptors: 64 },
  {
    script: 'net-cases',
    // What nobody signed is trusted then, so its case says nothing in this run.
    only: /mutual TLS/,
    env: { NODE_EXTRA_CA_CERTS: join(root, 'test/fixtures/self-signed.pem') },
  },
];

/** What the scripts say of a whole log, beside their cases. */
const LEAK = /full PAN true|caller token: true|password: true/;

/**
 * R21: the replayed public bug reports, each script one row.
 * @param asked the folder that holds them; @default beside the project
 * @returns undefined where they are not there
 */
export async function proveReplayed(asked = process.env.REPLAYED_CASES): Promise<readonly ProofRow[] | undefined> {
  const folder = (asked === undefined ? usualFolders : [asked]).find((place) => existsSync(join(place, 'product.mjs')));
  if (folder === undefined) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'replayed-'));
  try {
    // A copy, since a script writes its results beside itself.
    const cases = join(scratch, 'cases');
    cpSync(folder, cases, { recursive: true, mode: 0 });
    const rows: ProofRow[] = [];
    for (const run of runsWith(copyProject(scratch))) rows.push(await replay(cases, run));
    return rows;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function copyProject(scratch: string): string {
  const copy = join(scratch, 'elsewhere');
  const isLeft = (path: string) => /^(node_modules|\.git|\.build|cdk\.out|reports)(\/|$)/.test(relative(root, path));
  cpSync(root, copy, { recursive: true, filter: (path) => !isLeft(path) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function replay(cases: string, { script, args = [], env = {}, only = /./, descriptors }: Run): Promise<ProofRow> {
  // net-cases uses what product.mjs exports without importing it.
  const words = `import * as product from ${JSON.stringify(pathToFileURL(join(cases, 'product.mjs')).href)};
const { dir, take, samples } = product; Object.assign(globalThis, { dir, take, samples });`;
  const preload = join(cases, 'preload.mjs');
  writeFileSync(preload, words);
  const command = [process.execPath, '--import', pathToFileURL(preload).href, join(cases, `${script}.mjs`), ...args];
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const { code, output } = await execute(`${limit}exec "$@"`, command, { PROJECT: root, ...env });
  const said = output.split('\n').filter((line) => /^(survives|FAILS|ERROR)\b/.test(line) && only.test(line));
  const failed = said.filter((line) => !line.startsWith('survives'));
  const broken = [
    ...failed.map((line) => line.replaceAll('|', '/').replaceAll(/\s+/g, ' ')),
    ...(code === 0 ? [] : [`exit code ${code}`]),
    ...(LEAK.test(output) ? ['a leak in the log'] : []),
  ];
  return {
    id: 'R21',
    figure: ['replayed:', script, ...args.filter((arg) => !arg.includes('/'))].join(' '),
    required: 'all survive',
    measured: [`${said.length - failed.length} of ${said.length}`, ...broken].join('; '),
    ok: broken.length === 0 && said.length > 0,
  };
}

function execute(script: string, command: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn('sh', ['-c', script, 'sh', ...command], { cwd: root, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  return new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
}
