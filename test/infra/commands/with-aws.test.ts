import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../rigs/operator.ts';

/** A machine whose `aws` answers so; `refused` is what it says to all else. */
function machine(answers: Readonly<Record<string, unknown>>, refused: string) {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  const script = `const answer = ${JSON.stringify(answers)}[process.argv.slice(2, 4).join(' ')];
if (answer === undefined) { console.error(${JSON.stringify(refused)}); process.exit(254); }
console.log(JSON.stringify(answer));`;
  writeFileSync(join(folder, 'aws.cjs'), script);
  // The path of an interpreter may hold no space, and that of this Node may.
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'aws.cjs')}' "$@"\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  return { PATH: folder };
}

const outputs = [
  { OutputKey: 'UserPoolId', OutputValue: 'ap-south-1_pool' },
  { OutputKey: 'ClientIdacmeerp', OutputValue: 'client1' },
];
const secret = (id: string, day: number) => ({
  ClientSecretId: id,
  ClientSecretCreateDate: `2026-11-0${day}T00:00:00Z`,
});
const rotate = ['rotate', '--stage', 'uat', '--caller', 'acme-erp'];

test("npm run callers gives a caller a second secret, shown once, and AWS's own words where it refuses", async () => {
  const answers = {
    'cloudformation describe-stacks': outputs,
    'cognito-idp list-user-pool-client-secrets': { ClientSecrets: [secret('one', 1)] },
    'cognito-idp add-user-pool-client-secret': { ClientSecretDescriptor: { ClientSecretValue: 'made-up' } },
  };
  const { code, output } = await runCommand('callers', rotate, machine(answers, ''));
  expect(output).toMatch(/^clientId {6}client1\nclientSecret {2}made-up\n/);
  expect(code).toBe(0);
  const words =
    'An error occurred (AccessDeniedException) when calling the ListUserPoolClientSecrets operation: no right';
  const refused = await runCommand('callers', rotate, machine({ 'cloudformation describe-stacks': outputs }, words));
  expect(refused).toEqual({ code: 1, output: `${words}\n` });
});

test('npm run callers names the callers where it is asked for another', async () => {
  const { code, output } = await runCommand(
    'callers',
    ['rotate', '--stage', 'uat', '--caller', 'nobody'],
    machine({}, ''),
  );
  expect({ code, output }).toEqual({ code: 1, output: '--caller: one of acme-erp\n' });
});

test("npm run preflight says AWS's own words where nobody is signed in, and what it may not ask where somebody is", async () => {
  const expired = 'Unable to locate credentials. You can configure credentials by running "aws login".';
  expect(await runCommand('preflight', ['--stage', 'uat'], machine({}, expired))).toEqual({
    code: 1,
    output: `${expired}\n`,
  });
  const denied = 'An error occurred (AccessDenied) when calling the operation: no right';
  const answers = {
    'sts get-caller-identity': { Account: '111122223333' },
    'cloudformation describe-stacks': { Stacks: [{ StackStatus: 'CREATE_COMPLETE' }] },
  };
  const { code, output } = await runCommand('preflight', ['--stage', 'uat'], machine(answers, denied));
  expect(output).toMatch(/skipped bootstrap: .*no right/);
  // The stage of cdk.json names no account.
  expect(code).toBe(1);
  const json = await runCommand('preflight', ['--stage', 'uat', '--json'], machine(answers, denied));
  expect(JSON.parse(json.output)).toContainEqual({ check: 'stack', result: 'ok', words: 'CREATE_COMPLETE' });
});

test('npm run cost and npm run openapi -- --check touch nothing, and say what they found', async () => {
  expect(await runCommand('cost', ['--stage', 'uat'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Stage uat, US dollars/),
  });
  expect(await runCommand('openapi', ['--check'])).toEqual({ code: 0, output: '' });
});
