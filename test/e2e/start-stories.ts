import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { runCommand } from '../rigs/operator.ts';
import type { Ending } from '../rigs/story-stage.ts';

const start = fileURLToPath(new URL('../local/start.mjs', import.meta.url));

/** `npm start` against an EnKash that is somewhere else, with a wrong password in the secret's file. */
async function foreign() {
  const folder = mkdtempSync(join(tmpdir(), 'story-'));
  const sandbox = await startEnkashSandbox();
  const secret = join(folder, 'secret.json');
  writeFileSync(secret, JSON.stringify({ ...sandbox.credentials, password: 'not the password' }));
  const env = {
    PATH: process.env.PATH,
    ENKASH_API_URL: sandbox.url,
    ENKASH_TOKEN_URL: sandbox.url,
    ENKASH_SECRET_FILE: secret,
    XDG_STATE_HOME: folder,
  };
  const broken: string[] = [];
  return {
    sandbox,
    folder,
    expect: (holds: boolean, what: string) => void (holds || broken.push(what)),
    npmStart(args: readonly string[], more: object = {}) {
      const child: ChildProcess = spawn(process.execPath, [start, ...args], { env: { ...env, ...more } });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      return { child, ended, output: () => output };
    },
    async end(): Promise<Ending> {
      const { logins, refused, lockOuts, maxLoginsInFlight } = sandbox.stats();
      await sandbox.close();
      rmSync(folder, { recursive: true });
      if (lockOuts > 0) broken.push('EnKash locked the user');
      return { counts: { logins, refused, lockOuts, maxLoginsInFlight }, broken };
    },
  };
}

export async function threeStarts(): Promise<Ending> {
  const { folder, npmStart, expect, end } = await foreign();
  const file = join(folder, 'stage.env');
  const first = npmStart(['--json', '--stage-file', file]);
  while (!existsSync(file) && first.child.exitCode === null) await wait(50);
  const opened = await runCommand('gate', ['open', '--never-tried', '--stage', 'local', '--stage-file', file]);
  expect(opened.output.includes(': opened.'), `gate open said: ${opened.output}`);
  first.child.kill('SIGTERM');
  await first.ended;
  for (let count = 0; count < 3; count += 1) {
    const run = npmStart(['--once']);
    expect((await run.ended) === 1, `npm start ended well: ${run.output().slice(0, 200)}`);
    await wait(11_000);
  }
  return end();
}

export async function tokenUrlWithPath(): Promise<Ending> {
  const { sandbox, npmStart, expect, end } = await foreign();
  const run = npmStart(['--once'], { ENKASH_TOKEN_URL: `${sandbox.url}/oauth/token` });
  expect((await run.ended) === 1, 'npm start took a token URL with the path');
  expect(run.output().includes(`must be ${sandbox.url}`), `it did not name the right one: ${run.output()}`);
  const ending = await end();
  expect(ending.counts.logins === 0, 'a login was sent');
  return ending;
}
