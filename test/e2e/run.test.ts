import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const systemNode = '/usr/bin/node';
const isOlder = /^v2[0-3]\./.test(String(spawnSync(systemNode, ['--version']).stdout));
const pretended = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.19.0"}})';
/** The machine's own Node where that is too old, else this one that says it is. */
const older = isOlder ? [systemNode] : [process.execPath, '--import', `data:text/javascript,${pretended}`];
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A folder with run.mjs and one file that prints the Node it runs on and its arguments. */
function project({ withNode24 }: { withNode24: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), 'a b é '));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  copyFileSync(join(root, 'run.mjs'), join(folder, 'run.mjs'));
  const file =
    'const [, , ...args]: string[] = process.argv;\nconsole.log(process.versions.node, ...args);\nprocess.exitCode = 3;\n';
  writeFileSync(join(folder, 'file.mts'), file);
  if (withNode24) {
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'));
  }
  return folder;
}

function run([node = '', ...options]: readonly string[], folder: string) {
  const args = [...options, join(folder, 'run.mjs'), join(folder, 'file.mts'), '--flag', 'two words'];
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', env: {} });
  return { status, stdout, stderr };
}

describe('node run.mjs', () => {
  const ran = { status: 3, stdout: `${process.versions.node} --flag two words\n`, stderr: '' };

  test('runs a file on this Node when it is new enough, with its arguments and its exit code', () => {
    expect(run([process.execPath], project({ withNode24: false }))).toEqual(ran);
  });

  test('takes the Node that npm ci brought when this one is too old', () => {
    expect(run(older, project({ withNode24: true }))).toEqual(ran);
  });

  test('says in one line what is missing and how to get it when there is none', () => {
    const { status, stdout, stderr } = run(older, project({ withNode24: false }));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^This needs Node 24 or newer, and this is Node 2\d\.[\d.]+\. On Linux: npm ci, which brings one along\n$/,
    );
  });
});
