import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alarmCount } from '../../../infra/stage/alarm-ids.ts';
import { describeStage } from '../../../infra/stage/describe-stage.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const check = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, ['infra/commands/settings.ts', 'check', ...args], { cwd: root, encoding: 'utf8' });

describe('npm run settings -- check', () => {
  test('says what a stage creates, costs and still needs', () => {
    const { stdout } = check('--stage', 'uat');
    expect(stdout).toMatch(/Creates\n.*behind a firewall/);
    expect(stdout).toMatch(/Costs about \$\d+\.\d\d a month/);
    expect(stdout).toMatch(/fill the secret of acme: output SecretArnacme/);
    expect(stdout).toContain('acme-erp: every card account of CEKTEST001, through acme');
    const kept = Object.values(settingsOf('uat').reservedConcurrency).reduce((sum, each) => sum + each, 0);
    expect(stdout).toContain(`${kept} executions of Lambda kept: the account's quota must be ${kept + 100} or more`);
  });

  test('fails for a stage outside dev that any account may get', () => {
    const { status, stdout } = check('--stage', 'uat');
    expect(status).toBe(1);
    expect(stdout).toContain('stages.uat.account: name the AWS account');
  });

  test('says which fields of live are not filled in, what live will be all the same, and fails', () => {
    const { status, stdout } = check('--stage', 'live');
    expect(status).toBe(1);
    expect(stdout).toContain('stages.live.enkash.apiUrl: is not filled in');
    expect(stdout).toMatch(/2 x NAT gateway/);
    expect(stdout).toContain('talking to EnKash at (not filled in) (token: (not filled in))');
  });
});

describe('npm run settings -- check --json', () => {
  test('says for scripts what the words say', () => {
    const { status, stdout } = check('--stage', 'uat', '--json');
    const { stage, ok, errors, warnings, capacity, cost } = JSON.parse(stdout)[0];
    const words = check('--stage', 'uat').stdout;
    expect({ status, stage, ok }).toEqual({ status: 1, stage: 'uat', ok: false });
    expect(errors).toEqual([{ path: 'stages.uat.account', message: expect.stringContaining('name the AWS account') }]);
    for (const warning of warnings) expect(words).toContain(`  - ${warning}\n`);
    expect(words).toContain(`quota must be ${capacity.quotaNeeded} or more`);
    expect(words).toContain(`Costs about $${cost.idlePerMonth.toFixed(2)} a month`);
  });

  test('has an entry for every stage of cdk.json, and none for another one', () => {
    const entries = JSON.parse(check('--json').stdout);
    expect(entries.map(({ stage }: { stage: string }) => stage)).toEqual(['dev', 'uat', 'live']);
    expect(entries[2].errors[0].path).toBe('stages.live.enkash.apiUrl');
    expect(check('--stage', 'nope', '--json')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^no stage nope/),
    });
  });
});

describe('the words', () => {
  test('count the alarms that the stack really makes', () => {
    const settings = settingsOf('live');
    expect(resourcesOf(templateOf(settings), 'AWS::CloudWatch::Alarm')).toHaveLength(alarmCount(settings));
  });

  test('count the keys that the stack really makes', () => {
    const settings = settingsOf('live');
    const keys = resourcesOf(templateOf(settings), 'AWS::KMS::Key').length;
    expect(describeStage(settings)).toContain(`  - $${keys}.00: ${keys} x encryption key`);
  });

  test('show that open egress costs no NAT gateway', () => {
    expect(describeStage(settingsOf('dev')).join('\n')).not.toContain('NAT');
  });
});
