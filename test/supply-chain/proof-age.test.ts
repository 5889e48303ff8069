import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { proofsToRunAgain, sectionsOf } from '../proof-age.ts';

let root = '';
let commit = '';
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const write = (file: string, text: string) => writeFileSync(join(root, file), text);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'proof '));
  mkdirSync(join(root, 'lib/enkash'), { recursive: true });
  write('lib/enkash/judge.ts', 'one');
  write('README.md', 'one');
  write('lib/enkash/README.md', 'one');
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@b.example', 'commit', '-qm', 'one');
  commit = git('rev-parse', '--short', 'HEAD');
});
afterEach(() => rmSync(root, { recursive: true }));

const proofAt = (title: string, at: string) =>
  `# Proof\n\n## ${title}\n\n2026-11-22, commit ${at}, 100 % of it.\n\n| x |\n`;

describe('the age of a proof', () => {
  test('is no news while the files it is about are as they were', () => {
    write('README.md', 'two');
    write('lib/enkash/README.md', 'two');
    expect(proofsToRunAgain(root, proofAt('R14', commit))).toEqual([]);
  });

  test('is told, with the command that renews it, once one of them has changed', () => {
    write('lib/enkash/judge.ts', 'two');
    const words = `test/proof.md, R14: 1 of its files changed since ${commit}; npm run prove -- R14`;
    expect(proofsToRunAgain(root, proofAt('R14', commit))).toEqual([words]);
  });

  test('is not known where the commit is not', () => {
    expect(proofsToRunAgain(root, proofAt('R14', 'abcdef0'))).toEqual([
      expect.stringContaining('does not hold commit abcdef0'),
    ]);
  });
});

test('every section of test/proof.md says its commit, and which files it is about is known', () => {
  const proof = readFileSync(join(import.meta.dirname, '..', 'proof.md'), 'utf8');
  const titles = [...proof.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(titles.length).toBeGreaterThan(5);
  expect(sectionsOf(proof).map(({ title }) => title)).toEqual(titles);
  expect(proofsToRunAgain(root, proof).filter((line) => line.includes('does not know'))).toEqual([]);
});
