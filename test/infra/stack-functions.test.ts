import { describe, expect, test } from 'vitest';
import { functionTable } from '../../infra/stage/function-table.ts';
import { envSchemas } from '../../lib/env.ts';
import { type Resource, resourcesOf, settingsOf, templateOf } from '../rigs/synth.ts';

const template = templateOf(settingsOf('live'));
const of = (type: string): [string, Resource][] => resourcesOf(template, type);

/** What each role may do, said once more, by hand: a change of rights shows up here. */
const always = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
const tableKey = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
const gateAndSecrets = ['dynamodb:GetItem', 'dynamodb:PutItem', ...tableKey, 'secretsmanager:GetSecretValue'];
const actions: Record<string, string[]> = {
  'get-card-account': [...gateAndSecrets, 'dynamodb:UpdateItem'],
  'batch-get-card-accounts': [...gateAndSecrets, 'dynamodb:UpdateItem'],
  'get-card-account-drop-in': gateAndSecrets,
  'get-openapi': [],
  'list-card-accounts': ['dynamodb:BatchGetItem', 'dynamodb:Query', ...tableKey],
  'watch-card-account': [...gateAndSecrets, 'dynamodb:UpdateItem'],
  'watch-company': [...gateAndSecrets, 'dynamodb:Query', 'dynamodb:UpdateItem'],
  'get-balances': ['dynamodb:GetItem', 'dynamodb:Query', ...tableKey],
  'plan-snapshots': [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem', ...tableKey],
    ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
  ],
  'take-snapshot': [
    ...[...gateAndSecrets, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'events:PutEvents'],
    ...['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  ],
  'reconcile-snapshots': [
    ...['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    ...[...tableKey, 'events:PutEvents'],
    ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
  ],
  'get-company-balances': ['dynamodb:BatchGetItem', 'dynamodb:Query', ...tableKey],
  'list-events': ['dynamodb:Query', ...tableKey],
  inspect: ['dynamodb:GetItem', 'dynamodb:Query', ...tableKey, 'secretsmanager:GetSecretValue'],
  operate: [
    ...[...gateAndSecrets, 'dynamodb:BatchWriteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    'secretsmanager:UpdateSecretVersionStage',
  ],
  'record-events': ['dynamodb:PutItem', ...tableKey, 'sqs:SendMessage'],
  'notify-people': ['sns:Publish', 'sqs:SendMessage', 'kms:Decrypt', 'kms:GenerateDataKey'],
  'deliver-webhooks': [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', ...tableKey, 'sqs:ChangeMessageVisibility', 'sqs:SendMessage'],
    ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  ],
};

type Statement = { Action: string | string[]; Resource: unknown };
const listOf = (value: string | string[]): string[] => (typeof value === 'string' ? [value] : value);

function statementsOf(role: Resource | undefined): Statement[] {
  const policies: { PolicyDocument: { Statement: Statement[] } }[] = role?.Properties.Policies ?? [];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function functionOf(name: string): { lambda: Resource; role: Resource | undefined } {
  const title = functionTable.find((spec) => spec.name === name)?.title;
  const found = of('AWS::Lambda::Function').find(([, { Properties }]) => Properties.Description === title);
  if (found === undefined) throw new Error(`no function ${name} in the template`);
  const roleId = found[1].Properties.Role['Fn::GetAtt'][0];
  return { lambda: found[1], role: of('AWS::IAM::Role').find(([id]) => id === roleId)?.[1] };
}

/** The variables as CloudFormation would fill them in: whatever it does not know yet is a URL, which any name may be. */
function deployed(variables: Record<string, unknown>): Record<string, unknown> {
  const filled = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const join: unknown = typeof value === 'object' && value !== null ? Object.values(value)[0] : undefined;
    return Array.isArray(join) && Array.isArray(join[1]) ? join[1].map(filled).join('') : 'https://filled.example.com';
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filled(value)]));
}

describe('functions', () => {
  test('run on Node.js 24, arm64, with at most a whole core (1,769 MB), and 15 s on the way of a request', () => {
    for (const { name, trigger } of functionTable) {
      const { Properties } = functionOf(name).lambda;
      if (trigger === 'gateway') expect(Properties.Timeout).toBe(15);
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
      expect(Properties.MemorySize).toBeLessThanOrEqual(1769);
      expect(Properties.MemorySize).toBeGreaterThanOrEqual(256);
    }
    expect(of('AWS::Lambda::Function')).toHaveLength(functionTable.length);
  });

  test('have a role each, with exactly the actions of the table and no wildcard', () => {
    const roles = new Set<unknown>();
    for (const { name } of functionTable) {
      const { role } = functionOf(name);
      roles.add(role);
      const granted = new Set(statementsOf(role).flatMap(({ Action }) => listOf(Action)));
      expect([...granted].filter((action) => !action.startsWith('ec2:')).sort()).toEqual(
        [...always, ...(actions[name] ?? [])].sort(),
      );
      expect([...granted].join()).not.toContain('*');
    }
    expect(roles.size).toBe(functionTable.length);
  });

  test.each(Object.entries(envSchemas))('%s can parse what it gets', (name, schema) => {
    const variables: Record<string, unknown> = functionOf(name).lambda.Properties.Environment.Variables;
    expect(schema.safeParse(deployed(variables)).error).toBeUndefined();
  });

  test('are those that lib/env.ts has a schema for', () => {
    expect(functionTable.map(({ name }) => name).sort()).toEqual(Object.keys(envSchemas).sort());
  });

  test('have no managed policy', () => {
    for (const [, role] of of('AWS::IAM::Role')) expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('never scan, and only the one that acts for the operator may delete', () => {
    const others = of('AWS::IAM::Role').filter(([, role]) => role !== functionOf('operate').role);
    expect(others).toHaveLength(of('AWS::IAM::Role').length - 1);
    const granted = others.flatMap(([, role]) => statementsOf(role).flatMap(({ Action }) => listOf(Action)));
    expect(granted.filter((action) => /^dynamodb:(Scan|Delete|BatchWrite|PartiQL)/.test(action))).toEqual([]);
  });

  test('say Resource * only where the service has no resource level', () => {
    for (const [, role] of of('AWS::IAM::Role')) {
      for (const { Action, Resource } of statementsOf(role)) {
        if (Resource === '*') expect(listOf(Action).every((action) => /^(xray|ec2):/.test(action))).toBe(true);
      }
    }
  });
});
