import { describe, expect, test } from 'vitest';
import { functionTable } from '../../infra/stage/function-table.ts';
import { routes } from '../../lib/api/routes/routes.ts';
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
  'get-balances': ['dynamodb:GetItem', 'dynamodb:Query', ...tableKey],
  'plan-snapshots': [
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem', ...tableKey],
    'sqs:SendMessage',
  ],
  'take-snapshot': [
    ...[...gateAndSecrets, 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'events:PutEvents'],
    ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
  ],
  'reconcile-snapshots': [
    ...['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    ...[...tableKey, 'events:PutEvents', 'sqs:SendMessage'],
  ],
  'get-company-balances': ['dynamodb:GetItem', 'dynamodb:Query', ...tableKey],
  'list-events': ['dynamodb:Query', ...tableKey],
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

/** `GET /v1/…` of a method, from its chain of resources. */
function routeOf(method: Resource): string {
  const resources = new Map(of('AWS::ApiGateway::Resource'));
  const parts: string[] = [];
  let id: string | undefined = method.Properties.ResourceId.Ref;
  while (id !== undefined) {
    const resource: Resource | undefined = resources.get(id);
    if (resource !== undefined) parts.unshift(resource.Properties.PathPart);
    id = resource?.Properties.ParentId.Ref;
  }
  return `${method.Properties.HttpMethod} /${parts.join('/')}`;
}

describe('the API', () => {
  test('has exactly the routes of the table, each with its scopes', () => {
    const deployed = of('AWS::ApiGateway::Method').map(([, method]) => [
      routeOf(method),
      method.Properties.AuthorizationScopes ?? null,
    ]);
    expect(new Map(deployed as [string, unknown][])).toEqual(
      new Map(routes.map(({ method, path, scope }) => [`${method} ${path}`, scope && [`card-accounts/${scope}`]])),
    );
  });

  test('opens nothing but GET /openapi.json without a token', () => {
    const open = of('AWS::ApiGateway::Method').filter(
      ([, { Properties }]) => Properties.AuthorizationType !== 'COGNITO_USER_POOLS',
    );
    expect(open.map(([, method]) => routeOf(method))).toEqual(['GET /openapi.json']);
  });

  test('is REGIONAL, without test-invoke permissions and without a CloudWatch role of its own', () => {
    const [[, api] = []] = of('AWS::ApiGateway::RestApi');
    expect(api?.Properties.EndpointConfiguration.Types).toEqual(['REGIONAL']);
    expect(JSON.stringify(of('AWS::Lambda::Permission'))).not.toContain('test-invoke-stage');
    expect(of('AWS::ApiGateway::Account')).toEqual([]);
    expect(api?.Properties.SecurityPolicy).toBe('TLS_1_2');
  });

  test('throttles, traces, and logs neither query nor header nor body', () => {
    const [[, stage] = []] = of('AWS::ApiGateway::Stage');
    expect(stage?.Properties.TracingEnabled).toBe(true);
    const settings: Record<string, unknown>[] = stage?.Properties.MethodSettings;
    for (const each of settings) expect(each).toMatchObject({ DataTraceEnabled: false, LoggingLevel: 'ERROR' });
    expect(settings.map((each) => [each.HttpMethod, each.ThrottlingRateLimit, each.ThrottlingBurstLimit])).toEqual([
      ['*', 50, 100],
      ['PUT', 10, 20],
      ['DELETE', 10, 20],
      ['GET', 5, 10],
    ]);
    const format: string = stage?.Properties.AccessLogSetting.Format;
    expect(JSON.parse(format)).toMatchObject({ requestId: '$context.requestId', tls: '$context.tlsVersion' });
    expect(format).not.toMatch(/querystring|\$context\.path|userAgent|header|body/i);
  });
});

describe('callers', () => {
  test('are one client-credentials client each, with the scopes of the settings', () => {
    const clients = of('AWS::Cognito::UserPoolClient');
    expect(clients).toHaveLength(Object.keys(settingsOf('live').callers).length);
    for (const [, { Properties }] of clients) {
      expect(Properties).toMatchObject({ AllowedOAuthFlows: ['client_credentials'], GenerateSecret: true });
      expect(JSON.stringify(Properties.AllowedOAuthScopes)).toMatch(/\/read.*\/full.*\/watch/);
    }
  });

  test('reach the functions as {clientId: name} from Refs', () => {
    const { CALLERS } = functionOf('get-card-account').lambda.Properties.Environment.Variables;
    expect(CALLERS['Fn::Join'][1]).toEqual(['{"', { Ref: expect.stringContaining('acmeerp') }, '":"acme-erp"}']);
  });
});

describe('functions', () => {
  test('run on Node.js 24, arm64, with at most 512 MB, and 15 s on the way of a request', () => {
    for (const { name, trigger } of functionTable) {
      const { Properties } = functionOf(name).lambda;
      if (trigger === 'gateway') expect(Properties.Timeout).toBe(15);
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
      expect(Properties.MemorySize).toBeLessThanOrEqual(512);
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
    expect(of('AWS::IAM::ManagedPolicy')).toEqual([]);
  });

  test('never scan, and only the operator may delete', () => {
    const granted = of('AWS::IAM::Role').flatMap(([, role]) =>
      statementsOf(role).flatMap(({ Action }) => listOf(Action)),
    );
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

describe('data and logs', () => {
  test('every log group is encrypted, kept 365 days and masks card ids and mobile numbers', () => {
    const groups = of('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(functionTable.length);
    for (const [, { Properties, DeletionPolicy }] of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 365, KmsKeyId: expect.anything() });
      expect(JSON.stringify(Properties.DataProtectionPolicy)).toMatch(/EnKashCardId.*IndianMobileNumber/);
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('every function writes to a group of its own', () => {
    const ids = functionTable.map(({ name }) => functionOf(name).lambda.Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(ids).size).toBe(functionTable.length);
  });

  test('the partner secret is a placeholder, encrypted with its own key, and retained', () => {
    const [[, secret] = []] = of('AWS::SecretsManager::Secret');
    expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(secret?.Properties.KmsKeyId).toBeDefined();
    expect(Object.keys(JSON.parse(secret?.Properties.SecretString))).toEqual(['placeholder']);
  });

  test('tables are encrypted with keys of their own, recoverable, protected and retained', () => {
    const tables = of('AWS::DynamoDB::Table');
    for (const [, { Properties, DeletionPolicy }] of tables) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: expect.anything() },
      });
    }
    const keys = tables.map(([, { Properties }]) => JSON.stringify(Properties.SSESpecification.KMSMasterKeyId));
    expect(new Set(keys).size).toBe(tables.length);
  });

  test('keys rotate, are retained, and have no wildcard action in their policies', () => {
    for (const [, { Properties, DeletionPolicy }] of of('AWS::KMS::Key')) {
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(Properties.EnableKeyRotation).toBe(true);
      const statements: Statement[] = Properties.KeyPolicy.Statement;
      expect(statements.flatMap(({ Action }) => listOf(Action)).join()).not.toContain('*');
    }
  });

  test('nothing but log groups that a service insists on has a physical name', () => {
    const names = ['FunctionName', 'TableName', 'RoleName', 'QueueName', 'TopicName', 'UserPoolName', 'LogGroupName'];
    const named = Object.values(template.toJSON().Resources as Record<string, Resource>).flatMap(({ Properties }) =>
      names.map((name) => JSON.stringify(Properties?.[name] ?? { Ref: 'none' })),
    );
    const given = named.filter((name) => !/^\{"(Ref|Fn::GetAtt)":/.test(name));
    expect(given.filter((name) => !/API-Gateway-Execution-Logs_|aws-waf-logs-/.test(name))).toEqual([]);
  });
});

describe('outputs', () => {
  test('hand over what a caller and an operator need', () => {
    expect(Object.keys(template.toJSON().Outputs).sort()).toEqual(
      expect.arrayContaining([
        ...['ApiUrl', 'ClientIdacmeerp', 'SecretArnacme', 'TokenUrl', 'UserPoolId', 'BalancesTable', 'LoginGateTable'],
        ...['AlarmTopic', 'DashboardUrl', 'SnapshotQueue', 'SnapshotDeadLetters', 'FailedInvocations', 'AccessLog'],
        ...functionTable.map(({ name }) => `Log${name.replaceAll('-', '')}`),
      ]),
    );
  });
});
