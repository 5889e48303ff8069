import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, startStage } from '../local/stage.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

let stage: Stage;
let project = '';
beforeAll(async () => {
  stage = await startStage({ env: process.env });
  project = mkdtempSync(join(tmpdir(), 'client project '));
  const { stdout } = await run('npm', ['run', '--silent', 'client:pack'], { cwd: root });
  const tarball = join(root, '.build', stdout.trim().split('\n').at(-1) ?? '');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: project });
});
afterAll(async () => {
  await stage?.close();
  rmSync(project, { recursive: true, force: true });
});

/** A partner's program; what it prints is JSON. */
const program = `
import { createClient } from 'card-accounts-client';
import { isApiError } from 'card-accounts-client/errors';
import type { CardAccount } from 'card-accounts-client/types';
import { verifyWebhook } from 'card-accounts-client/webhook';

declare const process: { readonly argv: readonly string[] };
const options = JSON.parse(process.argv[2] ?? '');
const client = createClient(options);
const account = ${JSON.stringify(account)};

const read: CardAccount = await client.getCardAccount(account, { maxAge: 60 });
const available: string = read.balances.available;
// @ts-expect-error: an amount is text, so that nobody adds floats
const sum: number = read.balances.available;

const codeOf = (failing: Promise<unknown>) =>
  failing.then(() => 'none', (error: unknown) => (isApiError(error) ? error.code : String(error)));
const missing = await codeOf(client.getCardAccount({ ...account, cardAccountId: 'CANOTTHERE' }));
const wrongSecret = await codeOf(createClient({ ...options, clientSecret: 'wrong' }).getCardAccount(account));
const forged = await verifyWebhook({ body: '{}', headers: {}, secrets: 'whsec_AAAA' }).catch(String);

const listed: string[] = [];
for await (const item of client.listCardAccounts(account.companyId, { limit: 2 })) listed.push(item.cardAccountId);
const coverages: number[] = [];
for await (const page of client.listSlots(account).pages()) coverages.push(page.coverage.missed);
await client.deleteWatch(account);

console.log(JSON.stringify({ available, missing, wrongSecret, forged, listed, coverages }));
`;

/** Every Node that a user of this machine may start: the project's own, and the one on the PATH. */
const nodes = [process.execPath, ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))];

test('the packed client is installed into an empty project offline and has no dependencies', async () => {
  const installed = join(project, 'node_modules', 'card-accounts-client');
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'card-accounts-client',
  ]);
  for (const file of ['client.js', 'client.d.ts', 'webhook.js', 'README.md'])
    expect(existsSync(join(installed, file)), file).toBe(true);
  expect(readdirSync(installed).filter((name) => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
});

test('a strict TypeScript program compiles with its types alone and reads the local stage on every Node here', async () => {
  writeFileSync(join(project, 'main.ts'), program);
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const compilerOptions = { ...strict, module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'], types: [] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project]).catch(({ stdout }) => expect(stdout).toBe(''));

  const { clientId, clientSecret } = stage.callers[0];
  const options = JSON.stringify({ url: stage.url, tokenUrl: stage.tokenUrl, clientId, clientSecret });
  const versions = new Set<string>();
  for (const node of nodes.filter((path) => existsSync(path))) {
    versions.add((await run(node, ['--version'])).stdout);
    const { stdout } = await run(node, [join(project, 'main.js'), options]);
    expect(JSON.parse(stdout)).toEqual({
      available: '898138.00',
      missing: 'ACCOUNT_NOT_FOUND',
      wrongSecret: 'TokenError: No access token: 401 invalid_client',
      forged: 'WebhookError: The webhook was not accepted: header',
      listed: expect.arrayContaining([account.cardAccountId]),
      coverages: [0],
    });
  }
  expect(versions.size).toBeGreaterThan(0);
});

test('it bundles for browsers: nothing in it is of Node alone', async () => {
  const entry = join(project, 'node_modules', 'card-accounts-client', 'client.js');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, platform: 'browser', write: false });
  expect(outputFiles[0]?.text).not.toMatch(/\bnode:|\brequire\(|\bprocess\b|\bBuffer\b/);
});
