import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EnkashSandbox, startEnkashSandbox } from '../local/enkash-sandbox.ts';
import { gateFolderOf, holdGateFolder } from '../local/gate-folder.ts';
import { readStageSettings } from '../local/stage-settings.ts';
import { runCommand } from '../rigs/operator.ts';

const start = fileURLToPath(new URL('../local/start.mjs', import.meta.url));
let sandbox: EnkashSandbox;
let stateHome = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
  stateHome = mkdtempSync(join(tmpdir(), 'state-'));
  sandbox = await startEnkashSandbox();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await sandbox.close();
  rmSync(stateHome, { recursive: true });
});

/** What `npm start` is told: the sandbox as a foreign EnKash, with a secret file of this content. */
function environment(secret: object = sandbox.credentials, tokenUrl = sandbox.url): Record<string, string> {
  const file = join(stateHome, 'secret.json');
  writeFileSync(file, JSON.stringify(secret));
  return {
    ENKASH_API_URL: sandbox.url,
    ENKASH_TOKEN_URL: tokenUrl,
    ENKASH_SECRET_FILE: file,
    XDG_STATE_HOME: stateHome,
  };
}
const wrongSecret = () => ({ ...sandbox.credentials, password: 'not the password' });

function npmStart(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [start, ...args], { env: { PATH: process.env.PATH, ...env } });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => output, ended };
}
/** The stage serves once it has described itself; that is its first line. */
async function served(run: ReturnType<typeof npmStart>): Promise<void> {
  while (!run.output().includes('"tokenUrl"') && run.child.exitCode === null) await wait(50);
}

/** What a human does once for another EnKash: its gate is closed until then. */
async function openGate(env = environment()): Promise<void> {
  const file = join(stateHome, 'stage.env');
  const stage = npmStart(['--json', '--stage-file', file], env);
  while (!existsSync(file) && stage.child.exitCode === null) await wait(50);
  const opened = await runCommand('gate', ['open', '--never-tried', '--stage', 'local', '--stage-file', file]);
  expect(opened.output).toContain(': opened.');
  stage.child.kill('SIGTERM');
  expect(await stage.ended).toBe(0);
}

test("another EnKash's gate is closed until it is opened: no start sends a login", async () => {
  for (const tokenUrl of [sandbox.url, `${sandbox.url}/`, `${sandbox.url}//`]) {
    const run = npmStart(['--once'], environment(wrongSecret(), tokenUrl));
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('The account was not read: 503 PARTNER_LOGIN_BLOCKED');
    expect(run.output()).toContain('npm run gate -- open --stage local');
  }
  expect(sandbox.stats()).toMatchObject({ logins: 0, refused: 0, lockOuts: 0 });
});

test('three starts with a wrong password send one login: the count outlives the stage', async () => {
  await openGate();
  for (const tokenUrl of [sandbox.url, `${sandbox.url}/`, `${sandbox.url}//`]) {
    const run = npmStart(['--once'], environment(wrongSecret(), tokenUrl));
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('The account was not read: 503 PARTNER_LOGIN_BLOCKED');
  }
  expect(sandbox.stats()).toMatchObject({ logins: 1, refused: 1, lockOuts: 0 });
});

test('four starts with another wrong password each send two logins at most, and so lock nothing', async () => {
  await openGate();
  for (const password of ['first guess', 'second guess', 'third guess', 'fourth guess']) {
    // The gate's own pause between two logins.
    if (Object(sandbox.stats()).logins > 0) await wait(10_500);
    expect(await npmStart(['--once'], environment({ ...wrongSecret(), password })).ended).toBe(1);
  }
  expect(Object(sandbox.stats()).logins).toBeLessThanOrEqual(2);
  expect(sandbox.stats()).toMatchObject({ lockOuts: 0 });
});

test('a stage killed under a login that is not answered leaves its count, and the folder free', async () => {
  await openGate();
  sandbox.change({ loginMs: 60_000 });
  const first = npmStart(['--once'], environment(wrongSecret()));
  while (Object(sandbox.stats()).logins === 0) await wait(20);
  first.child.kill('SIGKILL');
  await first.ended;
  sandbox.change({ loginMs: 0 });
  for (let count = 0; count < 3; count += 1) await npmStart(['--once'], environment(wrongSecret())).ended;
  expect(Object(sandbox.stats()).logins).toBeLessThanOrEqual(2);
  expect(sandbox.stats()).toMatchObject({ lockOuts: 0 });
});

test('a second stage on the same token host is refused in one sentence, until the first has ended', async () => {
  await openGate();
  const first = npmStart(['--json'], environment());
  await served(first);
  const second = npmStart(['--once'], environment());
  expect(await second.ended).toBe(1);
  expect(second.output()).toMatch(/^ENKASH_TOKEN_URL: another npm start uses its login gate: stop that one first.*\n$/);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(await npmStart(['--once'], environment()).ended).toBe(0);
});

test('a stage calls nobody by itself, whatever an earlier one watched', async () => {
  await openGate();
  expect(await npmStart(['--once'], environment()).ended).toBe(0);
  const { apiCalls } = Object(sandbox.stats());
  const next = npmStart(['--json'], { ...environment(), SNAPSHOT_EVERY_SECONDS: '7' });
  await served(next);
  await wait(7_500);
  expect(sandbox.stats()).toMatchObject({ apiCalls, logins: 1 });
});

test('ENKASH_GATE=open on loopback begins with a new gate and keeps none', async () => {
  const env = { ...environment(), ENKASH_GATE: 'open' };
  expect(await npmStart(['--once'], env).ended).toBe(0);
  expect(readdirSync(stateHome)).toEqual(['secret.json']);
});

test('a state folder that cannot be written is said, and nothing is sent', async () => {
  const env = environment();
  const run = npmStart(['--once'], { ...env, XDG_STATE_HOME: env.ENKASH_SECRET_FILE ?? '' });
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/^ENKASH_TOKEN_URL: its login gate cannot be kept in the state folder.*\n$/);
  expect(sandbox.stats()).toMatchObject({ logins: 0 });
});

test('a table that a killed stage was making does not stop the next one, nor lose its count', async () => {
  const folder = gateFolderOf(environment(), readStageSettings(environment())) ?? '';
  const held = await holdGateFolder(folder);
  const slow = dynalite({ path: held.dynamoDbFolder, createTableMs: 600_000 });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${Object(slow.address()).port}`;
  const client = new DynamoDBClient({ endpoint, region: 'x', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const key = [{ AttributeName: 'partner', KeyType: 'HASH' as const }];
  const AttributeDefinitions = [{ AttributeName: 'partner', AttributeType: 'S' as const }];
  for (const TableName of ['local-login-gate', 'local-balances']) {
    const BillingMode = 'PAY_PER_REQUEST';
    await client.send(new CreateTableCommand({ TableName, KeySchema: key, AttributeDefinitions, BillingMode }));
  }
  client.destroy();
  await new Promise((resolve) => slow.close(resolve));
  await held.release();
  await openGate();
  for (let count = 0; count < 3; count += 1) {
    expect(await npmStart(['--once'], environment(wrongSecret())).ended).toBe(1);
  }
  expect(sandbox.stats()).toMatchObject({ logins: 1, lockOuts: 0 });
});

const settingsWith = (changes: Record<string, string>) => {
  const env = { ...environment(), HOME: '/home/someone', ...changes };
  return gateFolderOf(env, readStageSettings(env));
};

test("the folder is one for each token host, whatever path follows, in the user's state folder", () => {
  const base = { ENKASH_API_URL: 'https://a.example', XDG_STATE_HOME: '/state' };
  const at = (ENKASH_TOKEN_URL: string, more = {}) => settingsWith({ ...base, ENKASH_TOKEN_URL, ...more });
  expect(at('https://a.example')).toMatch(/^\/state\/enkash-card-accounts\/[0-9a-f]{16}$/);
  expect(at('https://A.example.:443/')).toBe(at('https://a.example'));
  expect(at('https://a.example/uat')).toBe(at('https://a.example'));
  expect(at('https://b.example')).not.toBe(at('https://a.example'));
  expect(at('https://a.example', { XDG_STATE_HOME: 'relative' })).toMatch(/^\/home\/someone\/\.local\/state\/enkash/);
  expect(at('https://a.example', { ENKASH_GATE: 'open' })).toBe(at('https://a.example'));
});

test("nothing is kept for the sandbox, nor in somebody else's DynamoDB", () => {
  expect(settingsWith({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' })).toBeUndefined();
  expect(settingsWith({ ENKASH_API_URL: '', ENKASH_TOKEN_URL: '' })).toBeUndefined();
});

test('who has the folder has it before its DynamoDB is open, and until it is released', async () => {
  const folder = settingsWith({}) ?? '';
  const held = await holdGateFolder(folder);
  await expect(holdGateFolder(folder)).rejects.toThrow('another npm start uses its login gate');
  await held.release();
  await (await holdGateFolder(folder)).release();
});

test('a gate that cannot be read is said, and is not begun anew', async () => {
  const folder = settingsWith({}) ?? '';
  const held = await holdGateFolder(folder);
  await held.release();
  writeFileSync(join(held.dynamoDbFolder, 'CURRENT'), 'nonsense');
  await expect(holdGateFolder(folder)).rejects.toThrow('its login gate cannot be kept');
});

test("the folder is its owner's alone", async () => {
  const folder = settingsWith({}) ?? '';
  const held = await holdGateFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await held.release();
});
