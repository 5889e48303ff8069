import { describe, expect, test } from 'vitest';
import { functionTable } from '../../../infra/stage/function-table.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

const template = templateOf(settingsOf('live'));
const of = (type: string) => resourcesOf(template, type);

function idOf(name: string): string {
  const title = functionTable.find((spec) => spec.name === name)?.title;
  const [id = ''] = of('AWS::Lambda::Function').find(([, { Properties }]) => Properties.Description === title) ?? [];
  return id;
}
const arn = (name: string) => ({ 'Fn::GetAtt': [idOf(name), 'Arn'] });

describe("the operator's functions", () => {
  test('have no route, are found by their names, and leave by the addresses of the stack', () => {
    for (const name of ['inspect', 'operate']) {
      expect(idOf(name)).toMatch(new RegExp(`^${name}Function`));
      const invoking = of('AWS::Lambda::Permission').filter(([, permission]) =>
        JSON.stringify(permission).includes(idOf(name)),
      );
      expect(invoking).toEqual([]);
      const lambda = of('AWS::Lambda::Function').find(([id]) => id === idOf(name));
      expect(lambda?.[1].Properties.VpcConfig.SubnetIds).toHaveLength(2);
    }
  });

  test('act for one operator at a time, and are never tried again by Lambda', () => {
    const operate = of('AWS::Lambda::Function').find(([id]) => id === idOf('operate'));
    expect(operate?.[1].Properties.ReservedConcurrentExecutions).toBe(1);
    const configs = of('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
    for (const name of ['inspect', 'operate']) {
      const config = configs.find(({ FunctionName }) => FunctionName.Ref === idOf(name));
      expect(config).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    }
  });

  test('are looked through every five minutes by a schedule that may invoke inspect alone', () => {
    const gauge = of('AWS::Scheduler::Schedule').find(([id]) => id.startsWith('OperatorGauge'));
    const { ScheduleExpression, Target } = gauge?.[1].Properties ?? {};
    expect(ScheduleExpression).toBe('rate(5 minutes)');
    expect(Target).toMatchObject({ Arn: arn('inspect'), Input: '{"action":"status","gauge":true}' });
    expect(Target.RetryPolicy.MaximumRetryAttempts).toBe(0);
    const role = of('AWS::IAM::Role').find(([id]) => id === Target.RoleArn['Fn::GetAtt'][0]);
    expect(role?.[1].Properties.Policies[0].PolicyDocument.Statement).toMatchObject([
      { Action: 'lambda:InvokeFunction', Resource: arn('inspect') },
    ]);
  });
});

describe('the policies for people', () => {
  const statementsOf = (id: string): { Action: string | string[]; Resource: unknown }[] =>
    of('AWS::IAM::ManagedPolicy').find(([logicalId]) => logicalId.startsWith(`Operator${id}`))?.[1].Properties
      .PolicyDocument.Statement;

  test('let operators invoke both and test a webhook, save a pending secret and find the stack: they read no secret and no table', () => {
    expect(statementsOf('OperatorPolicy').map(({ Action }) => Action)).toEqual([
      'lambda:InvokeFunction',
      'secretsmanager:PutSecretValue',
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      'cloudformation:DescribeStacks',
    ]);
    expect(statementsOf('OperatorPolicy')[0]?.Resource).toEqual([
      arn('deliver-webhooks'),
      arn('inspect'),
      arn('operate'),
    ]);
  });

  test('let CI invoke inspect alone', () => {
    expect(statementsOf('InspectPolicy')).toMatchObject([
      { Action: 'lambda:InvokeFunction', Resource: arn('inspect') },
      { Action: 'cloudformation:DescribeStacks', Resource: { Ref: 'AWS::StackId' } },
    ]);
    expect(of('AWS::IAM::ManagedPolicy')).toHaveLength(3);
  });

  test("let whoever hands callers their secrets change those of the stage's own pool, and nothing else", () => {
    expect(statementsOf('CallerPolicy')).toMatchObject([
      {
        Action: [
          'cognito-idp:AddUserPoolClientSecret',
          'cognito-idp:DeleteUserPoolClientSecret',
          'cognito-idp:ListUserPoolClientSecrets',
        ],
        Resource: { 'Fn::GetAtt': [expect.stringContaining('UserPool'), 'Arn'] },
      },
      { Action: 'cloudformation:DescribeStacks' },
    ]);
  });
});
