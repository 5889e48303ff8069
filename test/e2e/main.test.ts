import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type EnkashSandbox, sandboxCredentials, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { readAccount } from '../local/stage-client.ts';
import { blockedPorts } from '../local/stage-settings.ts';

const start = fileURLToPath(new URL('../local/start.mjs', import.meta.url));
const { PATH = '' } = process.env;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Run = { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<number | null> };

function run(args: string[], env: Record<string, string> = {}, node = process.execPath): Run {
  const child = spawn(node, [start, ...args], { env: { PATH, ...env } });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  cleanups.push(() => child.kill('SIGKILL'));
  return { child, output: () => output, ended };
}

const linesOf = (text: string) => text.split('\n');
/** Waits for a text of the output, or for its end. */
async function until({ output, ended }: Run, text: string): Promise<void> {
  const gone = ended.then(() => true);
  while (!output().includes(text)) {
    const over = await Promise.race([gone, new Promise<false>((resolve) => setTimeout(() => resolve(false), 50))]);
    if (over) break;
  }
}
async function firstLine(started: Run): Promise<string> {
  await until(started, '\n');
  return linesOf(started.output())[0] ?? '';
}

const describedSchema = z.strictObject({
  url: z.url(),
  tokenUrl: z.url(),
  callers: z.array(
    z.strictObject({
      clientId: z.string(),
      clientSecret: z.string().startsWith('local-'),
      scopes: z.array(z.string()),
    }),
  ),
  accounts: z.array(z.strictObject({ companyId: z.string(), cardAccountId: z.string() })),
});

/** Another EnKash: a sandbox behind a path prefix, with a password of its own in a file. */
async function otherEnkash(): Promise<{ sandbox: EnkashSandbox; env: Record<string, string> }> {
  const sandbox = await startEnkashSandbox({ prefix: '/uat', credentials: { password: 'from the file' } });
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  cleanups.push(sandbox.close, () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret.json');
  writeFileSync(file, JSON.stringify(sandbox.credentials));
  const accounts = 'CEKTEST002/CATEST101,CEKTEST001/CATEST004';
  const env = {
    ENKASH_API_URL: sandbox.url,
    ENKASH_TOKEN_URL: sandbox.url,
    ENKASH_GATE: 'open',
    ENKASH_ACCOUNTS: accounts,
  };
  return { sandbox, env: { ...env, ENKASH_SECRET_FILE: file, XDG_STATE_HOME: folder } };
}

test('a period that is too short for a login is refused, but with --once; a script is told, and served', async () => {
  const refused = run([], { SNAPSHOT_EVERY_SECONDS: '6' });
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toBe('SNAPSHOT_EVERY_SECONDS: must be at least 7: a login takes up to 5 s of a slot\n');
  const told = run(['--json'], { SNAPSHOT_EVERY_SECONDS: '6' });
  await until(told, '{"url":');
  expect(told.output()).toContain('SNAPSHOT_EVERY_SECONDS: under 7 no slot that begins with a login is measured');
  told.child.kill('SIGTERM');
  expect(await told.ended).toBe(0);
});

describe('npm start -- --once', () => {
  test('prints the account, a curl line, two snapshots and an event, nothing secret of EnKash, and ends with 0', async () => {
    const once = run(['--once']);
    expect(await once.ended).toBe(0);
    expect(once.output()).toContain('"available": "898138.00"');
    expect(once.output()).toMatch(/^curl -s -H "Authorization: Bearer \$\(curl .*\)" http/m);
    expect(once.output()).toContain('"measured": 2');
    expect(once.output()).toContain('"detailType": "BalanceLow"');
    const { encryption: _, ...secrets } = sandboxCredentials;
    for (const secret of Object.values(secrets)) expect(once.output()).not.toContain(secret);
  });

  test('reads from another EnKash by its settings alone', async () => {
    const { sandbox, env } = await otherEnkash();
    const once = run(['--once'], env);
    expect(await once.ended).toBe(0);
    expect(once.output()).toContain('"cardAccountId": "CATEST101"');
    expect(sandbox.stats()).toMatchObject({ logins: 1, refused: 0, lockOuts: 0 });
  });

  test('says why and ends with 1 when the account cannot be read', async () => {
    const { sandbox, env } = await otherEnkash();
    sandbox.setPassword('another');
    const once = run(['--once'], env);
    expect(await once.ended).toBe(1);
    expect(once.output()).toContain('The account was not read: 503 PARTNER_LOGIN_BLOCKED');
    expect(sandbox.stats()).toMatchObject({ refused: 1, lockOuts: 0 });
  });
});

describe('npm start -- --json', () => {
  test('describes itself in the first line, serves, and ends cleanly when told to', async () => {
    const json = run(['--json'], { PORT: '0' });
    const stage = describedSchema.parse(JSON.parse(await firstLine(json)));
    expect(stage.accounts).toHaveLength(5);
    const scopes = ['card-accounts/read', 'card-accounts/full', 'card-accounts/watch'];
    expect(stage.callers.map((caller) => caller.scopes)).toEqual([scopes, ['card-accounts/read']]);
    expect(await readAccount(stage)).toMatchObject({ status: 200, body: { companyId: 'CEKTEST001' } });
    // A script reads the audit line as it is deployed, not its story.
    await expect.poll(() => json.output()).toMatch(/^\{"level":"info",.*"event":"request",.*"outcome":"OK"/m);
    json.child.kill('SIGTERM');
    expect(await json.ended).toBe(0);
  });

  test('lists the accounts of the settings and gives the second caller another company', async () => {
    const { sandbox, env } = await otherEnkash();
    const json = run(['--json'], env);
    const stage = describedSchema.parse(JSON.parse(await firstLine(json)));
    expect(stage.accounts.map(({ cardAccountId }) => cardAccountId)).toEqual(['CATEST101', 'CATEST004']);
    expect(sandbox.stats()).toMatchObject({ logins: 0, apiCalls: 0 });
    const [, second] = stage.callers;
    expect(await readAccount({ ...stage, callers: second ? [second] : [] })).toMatchObject({ status: 404 });
    json.child.kill('SIGINT');
    expect(await json.ended).toBe(0);
  });
});

describe('npm start', () => {
  test.each([
    [{ PORT: 'eighty' }, 'PORT'],
    [{ ENKASH_ACCOUNTS: 'nonsense' }, 'ENKASH_ACCOUNTS: must be company/account'],
    [
      { ENKASH_API_URL: 'http://enkash.example', ENKASH_TOKEN_URL: 'https://enkash.example' },
      'ENKASH_API_URL: must be',
    ],
    [{ ENKASH_API_URL: 'https://enkash.example' }, 'set both or none'],
    [
      { ENKASH_API_URL: 'https://enkash.example', ENKASH_TOKEN_URL: 'https://enkash.example/uat/oauth/token/' },
      'ENKASH_TOKEN_URL: ends in the path of an endpoint, which is appended: must be https://enkash.example/uat\n',
    ],
    [{ ENKASH_GATE: 'closed' }, "ENKASH_GATE: must be 'open' or not set"],
    [{ PORT: '65536' }, 'PORT: must be a port, 0 to 65535'],
    [{ PORT: '6000' }, 'PORT: is a port that browsers and fetch refuse to call; take another'],
    [{ ENKASH_API_URL: 'https://enkash.example', ENKASH_TOKEN_URL: 'https://enkash.example' }, 'ENKASH_SECRET_FILE'],
  ])('names the wrong setting and quotes nothing: %j', async (env, words) => {
    const wrong = run(['--once'], { ...env });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toContain(words);
    expect(wrong.output().split('\n').filter(Boolean)).toHaveLength(1);
  });

  test('refuses no port that fetch would call', async () => {
    const refusal = (port: number): Promise<string> =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' }).then(
        () => 'answered',
        (error: Error) => `${Object(error.cause).message}`,
      );
    for (const port of blockedPorts) expect(await refusal(port), `${port}`).toBe('bad port');
  });

  test('says when its port is taken', async () => {
    const { port, close } = await startEnkashSandbox();
    cleanups.push(close);
    const second = run(['--once'], { PORT: `${port}` });
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe('PORT: is taken by another process\n');
  });
});
