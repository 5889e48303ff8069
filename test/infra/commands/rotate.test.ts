import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DescribeSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sandboxCredentials } from '../../local/enkash-sandbox.ts';
import { readAccount } from '../../local/stage-client.ts';
import { type OperatedStage, startOperatedStage } from '../../rigs/operator.ts';

const secretId = 'enkash/local-partner';
let operated: OperatedStage;
beforeEach(async () => {
  operated = await startOperatedStage();
});
afterEach(() => operated.close());

function secretFile(changes: Record<string, unknown>): string {
  const file = join(operated.folder, 'secret.json');
  writeFileSync(file, JSON.stringify({ ...operated.sandbox.credentials, ...changes }));
  return file;
}

async function labels(): Promise<string[][]> {
  const client = new SecretsManagerClient({});
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: secretId }));
  return Object.values(VersionIdsToStages).map((stages) => stages.toSorted());
}

const run = (...args: string[]) => operated.run('rotate', ...args);
const stats = () => operated.sandbox.stats();

describe('npm run rotate', () => {
  test('tests the pending version with one login, promotes it, and the service goes on', async () => {
    operated.sandbox.setPassword('the new one');
    const { code, output } = await run('--file', secretFile({ password: 'the new one' }));
    expect(output).toMatch(/^One login with the pending version succeeded\.\nVersion .+ is current, .+ previous\.\n$/);
    expect(code).toBe(0);
    expect(output).not.toContain('the new one');
    expect(await labels()).toEqual(expect.arrayContaining([['AWSCURRENT'], ['AWSPREVIOUS']]));
    expect(await readAccount(operated.stage)).toMatchObject({ status: 200 });
    expect(stats()).toMatchObject({ logins: 1, accepted: 1, refused: 0 });
  });

  test('tests while the fleet has a token, after EnKash changed the password: no request fails, nothing is refused', async () => {
    await readAccount(operated.stage);
    await wait(10_000);
    operated.sandbox.setPassword('the new one');
    const serving: Promise<{ status: number }>[] = [];
    const timer = setInterval(() => serving.push(readAccount(operated.stage)), 200);
    const { code } = await run('--file', secretFile({ password: 'the new one' }));
    clearInterval(timer);
    expect(code).toBe(0);
    expect(new Set((await Promise.all(serving)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(stats()).toMatchObject({ logins: 2, refused: 0, lockOuts: 0, maxLoginsInFlight: 1 });
  });

  test('promotes nothing after a refusal, sends no second login, and says what to do', async () => {
    const { code, output } = await run('--file', secretFile({ password: 'mistyped' }));
    expect(code).toBe(1);
    expect(output).toContain("the gate's count stands at 1 of 2");
    expect(output).not.toContain('mistyped');
    expect(await labels()).toEqual(expect.arrayContaining([['AWSCURRENT'], ['AWSPENDING']]));
    const again = await run();
    expect(again.output).toMatch(/^Refused, no login was sent: the gate stands at one or more possible failures/);
    const file = await run('--file', secretFile({ password: 'mistyped again' }));
    expect(file.code).toBe(1);
    expect(stats()).toMatchObject({ logins: 1, refused: 1 });
  });

  test('leaves the fleet able to log in with the old secret after a refusal', async () => {
    await run('--file', secretFile({ password: 'mistyped' }));
    await wait(10_000);
    expect(await readAccount(operated.stage)).toMatchObject({ status: 200 });
    expect(stats()).toMatchObject({ logins: 2, refused: 1, accepted: 1, failuresInARow: 0 });
  });

  test('takes a pending version that was put with the AWS CLI', async () => {
    const SecretString = JSON.stringify({ ...operated.sandbox.credentials, encryption: 'off' });
    const put = new PutSecretValueCommand({ SecretId: secretId, SecretString, VersionStages: ['AWSPENDING'] });
    await new SecretsManagerClient({}).send(put);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await run()).toMatchObject({
      code: 1,
      output: expect.stringContaining('The secret has no pending version'),
    });
  });

  test('is refused where the secret follows a file, which would undo it: no login, nothing saved', async () => {
    await operated.close();
    const followed = join(mkdtempSync(join(tmpdir(), 'followed-')), 'secret.json');
    vi.stubEnv('ENKASH_SECRET_FILE', followed);
    writeFileSync(followed, JSON.stringify(sandboxCredentials));
    operated = await startOperatedStage();
    vi.unstubAllEnvs();
    const { code, output } = await run('--file', secretFile({ password: 'the new one' }));
    expect(code).toBe(1);
    expect(output).toContain(`ENKASH_SECRET_FILE=${followed}`);
    expect(await labels()).toEqual([['AWSCURRENT']]);
    expect(stats().logins).toBe(0);
  });

  test.each([
    [{ partnerId: 7 }, 'the file is not a partner secret (invalid: partnerId)'],
    [{ placeholder: 'x' }, 'the file is not a partner secret (not-filled)'],
    [{}, 'nothing to rotate'],
  ])('sends no login for %j', async (changes, words) => {
    const { code, output } = await run('--file', secretFile(changes));
    expect(code).toBe(1);
    expect(output).toContain(words);
    expect(stats().logins).toBe(0);
  });
});
