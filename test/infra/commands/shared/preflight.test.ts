import { describe, expect, test } from 'vitest';
import { type AskAws, AwsError } from '../../../../infra/commands/shared/aws-cli.ts';
import { preflight } from '../../../../infra/commands/shared/preflight.ts';
import { settingsOf } from '../../../rigs/synth.ts';

const account = '111122223333';
const settings = settingsOf('live', { account, reservedConcurrency: { 'get-card-account': 209 } });

/** An account that has all it takes, as the AWS CLI answers; `absent` is what AWS says of a thing that is not there. */
const absent = (what: string) => new AwsError(`An error occurred (${what}NotFound): it does not exist`);
const ready: Readonly<Record<string, unknown>> = {
  'sts get-caller-identity': { Account: account },
  'cloudformation describe-stacks': new AwsError(
    'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id CardAccounts-live does not exist',
  ),
  'account get-region-opt-status': { RegionName: 'ap-south-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' },
  'ssm get-parameter': { Parameter: { Value: '27' } },
  'lambda get-account-settings': {
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
  },
  'ec2 describe-addresses': { Addresses: [{ PublicIp: '13.232.0.1' }] },
  'service-quotas get-service-quota': { Quota: { Value: 5 } },
  'apigateway get-account': { cloudwatchRoleArn: 'arn:aws:iam::111122223333:role/logs' },
  'cognito-idp describe-user-pool-domain': { DomainDescription: {} },
};

async function findings(changes: Readonly<Record<string, unknown>> = {}, stage = settings) {
  const answers = { ...ready, ...changes };
  const ask: AskAws = async (service = '', operation = '') => {
    const answer = answers[`${service} ${operation}`];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const found = await preflight({ settings: stage, ask });
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

describe('preflight', () => {
  test('finds an account that has all it takes well, each thing by a call of its own', async () => {
    const found = await findings();
    expect(Object.values(found).map(({ result }) => result)).toEqual(Array(8).fill('ok'));
    expect(found['concurrent executions']?.words).toContain('the stage keeps 209, AWS keeps 100 unreserved');
  });

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    [
      'another account',
      'account',
      { 'sts get-caller-identity': { Account: '999999999999' } },
      /Sign in to the right account/,
    ],
    [
      'a new account’s quota',
      'concurrent executions',
      {
        'lambda get-account-settings': {
          AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 },
        },
      },
      /--quota-code L-B99A9384 --desired-value 309.*"reservedConcurrency": \{\}/,
    ],
    ['addresses that are gone', 'addresses', { 'ec2 describe-addresses': { Addresses: [1, 2, 3, 4] } }, /L-0263D0A3/],
    [
      'no log role',
      "API Gateway's log role",
      { 'apigateway get-account': {} },
      /create-role[\s\S]*attach-role-policy[\s\S]*update-account/,
    ],
    [
      'no bootstrap',
      'bootstrap',
      { 'ssm get-parameter': absent('Parameter') },
      /npx cdk bootstrap aws:\/\/111122223333/,
    ],
    [
      'a region that is off',
      'region',
      { 'account get-region-opt-status': { RegionOptStatus: 'DISABLED' } },
      /enable-region/,
    ],
    [
      'a domain that was left',
      'domain of the token endpoint',
      { 'cognito-idp describe-user-pool-domain': { DomainDescription: { UserPoolId: 'ap-south-1_x' } } },
      /delete-user-pool-domain --domain card-accounts-live-111122223333/,
    ],
    [
      'a stack that failed',
      'stack',
      { 'cloudformation describe-stacks': { Stacks: [{ StackStatus: 'ROLLBACK_COMPLETE' }] } },
      /After a failed first deployment/,
    ],
  ])('finds %s wrong, and says what to do', async (_what, check, changes, next) => {
    const found = await findings(changes);
    expect(found[check]?.result).toBe('wrong');
    expect(found[check]?.next).toMatch(next);
    expect(Object.values(found).filter(({ result }) => result === 'wrong')).toHaveLength(1);
  });

  test('asks nothing of a stack that is there twice: its executions, addresses and domain are its own', async () => {
    const found = await findings({
      'cloudformation describe-stacks': { Stacks: [{ StackStatus: 'UPDATE_COMPLETE' }] },
      'lambda get-account-settings': {
        AccountLimit: { ConcurrentExecutions: 400, UnreservedConcurrentExecutions: 191 },
      },
      'ec2 describe-addresses': { Addresses: [1, 2, 3, 4, 5] },
      'cognito-idp describe-user-pool-domain': { DomainDescription: { UserPoolId: 'ours' } },
    });
    expect(Object.values(found).filter(({ result }) => result !== 'ok')).toEqual([]);
  });

  test('skips what the operator may not ask, with AWS’s own words', async () => {
    const denied = new AwsError('An error occurred (AccessDenied): not authorized to perform ec2:DescribeAddresses');
    const found = await findings({ 'ec2 describe-addresses': denied, 'apigateway get-account': 'nonsense' });
    expect(found.addresses).toMatchObject({ result: 'skipped', words: expect.stringContaining('AccessDenied') });
    expect(found["API Gateway's log role"]).toMatchObject({ result: 'skipped' });
  });

  test('wants the account of every stage but dev', async () => {
    const { account: _, ...unpinned } = settings;
    expect((await findings({}, unpinned)).account?.next).toContain('"account": "111122223333"');
    expect((await findings({}, { ...unpinned, stage: 'dev' })).account?.result).toBe('ok');
  });

  test('wants no executions and no addresses for a stage that keeps none', async () => {
    const found = await findings(
      { 'lambda get-account-settings': new Error('not asked'), 'ec2 describe-addresses': new Error('not asked') },
      { ...settings, reservedConcurrency: {}, egress: 'open' },
    );
    expect(found['concurrent executions']?.result).toBe('ok');
    expect(found.addresses?.result).toBe('ok');
  });
});
