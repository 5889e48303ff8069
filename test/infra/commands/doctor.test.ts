import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../../infra/commands/shared/finding.ts';
import { fetchToken, readAccount } from '../../local/stage-client.ts';
import { type OperatedStage, runCommand, startOperatedStage } from '../../rigs/operator.ts';

let operated: OperatedStage;
beforeEach(async () => {
  operated = await startOperatedStage();
});
afterEach(() => operated.close());

async function examine(
  ...args: string[]
): Promise<{ code: number | null; findings: Finding[]; by: Record<string, Finding> }> {
  const { code, output } = await operated.run('doctor', '--json', ...args);
  const findings: Finding[] = JSON.parse(output);
  return { code, findings, by: Object.fromEntries(findings.map((finding) => [finding.check, finding])) };
}

const secret = 'secret of local-partner';
const gate = 'login gate of local-partner';
const read = 'one read over HTTPS';

describe('npm run doctor', () => {
  test('finds a well stage well, and says that a local stage has no egress address', async () => {
    const { by } = await examine();
    expect(by[secret]).toMatchObject({ result: 'ok', words: expect.stringContaining('aes-128-ecb') });
    expect(by[gate]).toMatchObject({ result: 'ok' });
    expect(by[read]).toMatchObject({ result: 'ok' });
    expect(by['egress address']).toMatchObject({ result: 'skipped' });
    expect(operated.sandbox.stats()).toMatchObject({ logins: 1 });
  });

  test('speaks in words, shows nothing of secrets or accounts, and ends with 1 when something is wrong', async () => {
    operated.stage.aws.secretsManager?.put('enkash/local-partner', '{"placeholder":"not-filled"}');
    const { code, output } = await operated.run('doctor');
    expect(code).toBe(1);
    expect(output).toContain(
      'wrong   secret of local-partner: is not filled, it still holds its placeholder\n        do: Fill it',
    );
    expect(output).toMatch(
      /wrong {3}login gate of local-partner: waits for the secret, which is not filled.*\n {8}do: See the secret above\./,
    );
    expect(output).toMatch(/wrong {3}one read over HTTPS: 503 CREDENTIALS_UNAVAILABLE, not-filled/);
    expect(output).toMatch(/Stage local: \d ok, \d wrong, \d skipped/);
    const { encryption: _, ...secrets } = operated.sandbox.credentials;
    for (const text of Object.values(secrets)) expect(output).not.toContain(text);
    expect(output).not.toMatch(/898138|CATEST001|Bearer|local-[A-Za-z0-9_-]{20}/);
  });

  test('says that a secret is malformed without quoting it', async () => {
    const credentials = { ...operated.sandbox.credentials, password: ' pasted-with-space' };
    operated.stage.aws.secretsManager?.put('enkash/local-partner', JSON.stringify(credentials));
    const { by } = await examine();
    expect(by[secret]).toMatchObject({ result: 'wrong', words: 'is not well-formed: password' });
    expect(JSON.stringify(by)).not.toContain('pasted-with-space');
  });

  test('names a closed gate and what to do, and sends no login itself', async () => {
    operated.sandbox.setPassword('changed at EnKash');
    await readAccount(operated.stage);
    const { code, by } = await examine();
    expect(code).toBe(1);
    expect(by[gate]).toMatchObject({ result: 'wrong', words: expect.stringContaining('password-refused') });
    expect(by[gate]?.next).toContain(
      'save the right one as a new version (aws secretsmanager put-secret-value --secret-id enkash/local-partner',
    );
    expect(by[read]?.words).toContain('503 PARTNER_LOGIN_BLOCKED, password-refused');
    expect(operated.sandbox.stats()).toMatchObject({ logins: 1, refused: 1 });
  });

  test('names the host where something else than the card API answers', async () => {
    operated.sandbox.setFaults({ api: 'text-404' });
    const { host } = new URL(operated.sandbox.url);
    const { by } = await examine();
    expect(by[read]).toMatchObject({
      result: 'wrong',
      words: expect.stringContaining(`what answers at ${host} is not`),
    });
    expect(by[read]?.next).toContain('enkash.apiUrl');
    const probed = await operated.run('enkash', 'probe', '--out', join(operated.folder, 'report.json'));
    expect(probed.output).toContain(`Something else than the card API answers at ${host}`);
  });

  test.each([
    ['html-403', /503 UPSTREAM_UNAVAILABLE, egress-refused, request [\w-]{8,}/, /does not know our address/],
    ['401-always', /503 UPSTREAM_UNAVAILABLE, token-refused, request /, /not the password, so do not rotate/],
    ['other-account', /502 UPSTREAM_MISMATCH, request [\w-]{8,}/, /send EnKash the request id/],
    [
      'money-text',
      /502 UPSTREAM_UNREADABLE, request /,
      /probe --stage local --stage-file \S+ --company \S+ --card-account \S/,
    ],
  ] as const)('says what to do about %s, with the id and the whole command', async (api, words, next) => {
    operated.sandbox.setFaults({ api });
    const { by } = await examine();
    expect(by[read]?.words).toMatch(words);
    expect(by[read]?.next).toMatch(next);
  });

  test('skips the read when no caller may do it, and says what a wrong caller means', async () => {
    const file = join(operated.folder, 'caller.json');
    const [, other] = operated.stage.callers;
    writeFileSync(file, JSON.stringify({ clientId: other.clientId, clientSecret: 'guessed' }));
    expect((await examine('--caller-file', file)).by[read]?.words).toContain('refuses the caller');
    writeFileSync(file, JSON.stringify(other));
    expect((await examine('--caller-file', file)).by[read]?.words).toContain('404 ACCOUNT_NOT_FOUND');
  });

  test('counts the last slot of a watched account', async () => {
    const [caller] = operated.stage.callers;
    const [account] = operated.stage.accounts;
    const token = await fetchToken(operated.stage.tokenUrl, caller);
    const url = `${operated.stage.url}/v1/companies/${account?.companyId}/card-accounts/${account?.cardAccountId}/watch`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'PUT', headers, body: '{}' })).status).toBe(201);
    await expect
      .poll(async () => (await examine()).by['last slot']?.words, { timeout: 90_000, interval: 5_000 })
      .toMatch(/: 1 of 1 measured, 0 failed, 0 missed$/);
  });
});

test('says that no local stage is running', async () => {
  const { code, output } = await runCommand('doctor', ['--stage', 'local', '--stage-file', '/nowhere/stage.env']);
  expect(code).toBe(1);
  expect(output).toBe('No local stage is running: start one with "npm start" in another terminal.\n');
});

describe('a deployed stage', () => {
  /** An AWS CLI that answers `describe-stacks`, or fails as one without credentials does. */
  function fakeCli(script: string): NodeJS.ProcessEnv {
    const cli = join(operated.folder, 'aws');
    writeFileSync(cli, `#!/bin/sh\n${script}\n`);
    chmodSync(cli, 0o755);
    return { PATH: `${operated.folder}:${process.env.PATH}` };
  }

  test('is found by the AWS CLI, and a stack that lacks an output is named', async () => {
    const outputs = [{ OutputKey: 'ApiUrl', OutputValue: 'https://x.invalid' }];
    const env = {
      ...fakeCli(`echo '${JSON.stringify(outputs)}'`),
      AWS_ACCESS_KEY_ID: 'made-up',
      AWS_SECRET_ACCESS_KEY: 'made-up',
    };
    const { code, output } = await runCommand('doctor', ['--stage', 'uat'], env);
    expect(code).toBe(1);
    expect(output).toBe('The stack has no output SecretArn-acme: deploy this version first.\n');
  });

  test('says how to sign in when the AWS CLI cannot describe it', async () => {
    const { code, output } = await runCommand('doctor', ['--stage', 'uat'], fakeCli('exit 254'));
    expect(code).toBe(1);
    expect(output).toContain('The outputs of CardAccounts-uat (ap-south-1) are needed.');
    expect(output).toContain('--outputs FILE');
  });

  test('names the field of cdk.json that is not filled in', async () => {
    const { code, output } = await runCommand('doctor', ['--stage', 'live']);
    expect(code).toBe(1);
    expect(output).toContain('stages.live.enkash.apiUrl: is not filled in');
  });
});
