import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyItem } from '../../../lib/login-gate/rules.ts';
import { createLoginGateStore } from '../../../lib/login-gate/store.ts';
import { versionIdOf } from '../../local/secret-versions.ts';
import { type SecretsManager, startSecretsManager } from '../../local/secrets-manager.ts';
import { startTestTable } from '../../rigs/test-table.ts';

const close: (() => Promise<unknown>)[] = [];
let refused = '';
let secrets: SecretsManager;
let env: NodeJS.ProcessEnv = {};
let at: readonly string[] = [];

beforeAll(async () => {
  const own = await startTestTable('partner');
  secrets = await startSecretsManager({ secrets: { 'acme-secret': 'first' } });
  refused = versionIdOf('first');
  env = { ...own.env, AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url };
  at = ['--stage', 'dev', '--table', own.tableName, '--secret-id', 'acme-secret', '--partner', 'acme'];
  const item = {
    ...emptyItem('acme'),
    rev: 1,
    failures: 2,
    refused: [{ versionId: refused, times: 1, standing: true }],
  };
  await createLoginGateStore(own.client, own.tableName).replace(item, 0);
  close.push(own.close, secrets.close);
});
afterAll(() => Promise.all(close.map((end) => end())));

/** Exit code and all that was printed. */
function gate(...args: string[]): Promise<{ code: number; text: string }> {
  const file = fileURLToPath(new URL('../../../infra/commands/gate.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
    });
  });
}

test('says that the gate is closed and why, permits one login, and says that', async () => {
  expect(await gate('status', ...at)).toMatchObject({
    code: 0,
    text: expect.stringContaining('CLOSED: locked-out-risk'),
  });
  expect(await gate('allow-one', ...at)).toMatchObject({ code: 1, text: expect.stringContaining('--same-secret') });
  expect(await gate('status', ...at)).toMatchObject({ text: expect.stringContaining('by the operator: no') });
  secrets.put('acme-secret', 'second');
  expect(await gate('allow-one', ...at)).toMatchObject({
    code: 0,
    text: expect.stringContaining('One login is permitted'),
  });
  expect(await gate('allow-one', ...at)).toMatchObject({ code: 0, text: expect.stringContaining('permitted already') });
  expect(await gate('status', ...at)).toMatchObject({
    text: expect.stringContaining('one login permitted by the operator: yes'),
  });
});

test('tells, to stdout, whoever asks for help to ask EnKash about the lock first', async () => {
  expect(await gate('--help')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/ask EnKash whether the account is locked/),
  });
});

test('permits nothing while the secret cannot be read', async () => {
  const elsewhere = at.map((word) => (word === 'acme-secret' ? 'no-such-secret' : word));
  expect(await gate('allow-one', ...elsewhere)).toMatchObject({
    code: 1,
    text: expect.stringContaining('Nothing changed'),
  });
});

test.each([
  ['an unknown verb', ['open', ...at]],
  ['no stage', ['status', '--table', 'gate', '--partner', 'acme']],
  ['a table without a partner', ['status', '--stage', 'dev', '--table', 'gate']],
])('refuses %s with its usage, and changes nothing', async (_, args) => {
  expect(await gate(...args)).toMatchObject({ code: 2, text: expect.stringContaining('npm run gate -- allow-one') });
});
