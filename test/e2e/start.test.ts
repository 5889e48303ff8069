import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createStory } from '../local/story.ts';

const root = join(import.meta.dirname, '..', '..');
const { PATH = '' } = process.env;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--', join(root, 'test/local/start.mjs'), ...args], {
    cwd: root,
    env: { PATH, ...env },
  });
  const printed = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (printed.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (printed.err += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  cleanups.push(() => child.kill('SIGKILL'));
  return { child, printed, ended };
}
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'start '));
  cleanups.push(() => rmSync(made, { recursive: true }));
  return made;
};
/** Waits without an end of its own: a busy machine is slow, and no fault. */
const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 600_000, interval: 100 });

describe('npm start', () => {
  test.each([
    [['--onse'], 'There is no option --onse. Did you mean --once?\n'],
    [['foo'], '"foo" is not expected. npm start -- --help\n'],
    [['--drill', 'flood'], '--drill: one of login-refused, upstream-down\n'],
  ])('says in a sentence what is wrong with %j, and ends with 2', async (args, words) => {
    const { printed, ended } = start(args);
    expect(await ended).toBe(2);
    expect(printed).toEqual({ out: '', err: words });
  });

  test('tells what happens in aligned lines, and ends with what to do next', async () => {
    const { printed, ended } = start(['--once']);
    expect(await ended).toBe(0);
    expect(printed.err).not.toContain('{');
    expect(printed.err).toMatch(
      /^\d\d:\d\d:\d\d {3}request {5}GET CEKTEST001\/CATEST001 by erp: 200 OK, live, \d+ ms$/m,
    );
    expect(printed.err).toMatch(/^\d\d:\d\d:\d\d {3}alert {7}BalanceLow for CEKTEST001\/CATEST001, on the bus$/m);
    expect(printed.err.match(/GET CEKTEST001\/CATEST001\/balances/g)).toHaveLength(1);
    expect(printed.out).toContain('with the rule: say so when "available" is below 898139.00');
    expect(printed.out.slice(printed.out.indexOf('What now?'))).toContain('http://127.0.0.1:8788/oauth2/token');
  });

  test('says nothing of a reconciler that had nothing to mend', () => {
    const story = createStory({ onlyNews: false });
    const line = (level: string) =>
      JSON.stringify({ level, time: '2026-11-30T08:00:00.000Z', event: 'reconcile', outcome: 'sent', count: 0 });
    expect(story(line('info'))).toBeUndefined();
    expect(story(line('warn'))).toContain('not closed in time');
  });

  test("writes the functions' own lines with --verbose", async () => {
    const { printed, ended } = start(['--once', '--verbose']);
    expect(await ended).toBe(0);
    for (const line of printed.err.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('event');
  });

  test('serves with the same secrets at every start, a second one beside the first, each with its own operator file', async () => {
    const file = join(folder(), 'mine.env');
    const own = start(['--env-file', file]);
    await until(() => own.printed.out.includes('What happens from now on'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = parseEnv(readFileSync(file, 'utf8'));
    const others = [start([]), start([])];
    for (const other of others) await until(() => other.printed.out.includes('What happens from now on'));
    const files = others.map(({ printed }) => /by (\S*\.build\/stage-local\S*\.env)\)/.exec(printed.out)?.[1] ?? '');
    expect(new Set(files).size).toBe(2);
    for (const other of files) {
      const env = parseEnv(readFileSync(join(root, other), 'utf8'));
      expect(env.CLIENT_SECRET).toBe(first.CLIENT_SECRET);
      expect(env.API_URL).not.toBe(first.API_URL);
    }
    for (const { child } of [own, ...others]) child.kill('SIGINT');
    expect(await Promise.all([own, ...others].map(({ ended }) => ended))).toEqual([0, 0, 0]);
    for (const gone of [file, ...files.map((name) => join(root, name))]) expect(existsSync(gone)).toBe(false);
  });

  test('plays an outage with its alarm and runbook, and ends once the runbook was followed', async () => {
    const { printed, ended } = start(['--drill', 'login-refused', '--stage-file', join(folder(), 'drill.env')]);
    await until(() => printed.out.includes('This ends by itself'));
    expect(printed.out).toContain('Impact: EnKash refused our login for local-partner.');
    expect(printed.out).toContain('1. Change nothing. `npm run gate -- status');
    const [, from = '', to = ''] = /^ {2}cp (\S+) (\S+)$/m.exec(printed.out) ?? [];
    copyFileSync(join(root, from), join(root, to));
    expect(await ended).toBe(0);
    expect(printed.out).toMatch(/Mended after \d+ s: .* never locked it\.$/m);
  });
});
