import { describe, expect, test } from 'vitest';
import { functionTable } from '../../infra/stage/function-table.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import openApi from '../../openapi.json' with { type: 'json' };
import { type Resource, resourcesOf, settingsOf, templateOf } from '../rigs/synth.ts';

const template = templateOf(settingsOf('live'));
const of = (type: string): [string, Resource][] => resourcesOf(template, type);

type Statement = { Action: string | string[]; Resource: unknown };
const listOf = (value: string | string[]): string[] => (typeof value === 'string' ? [value] : value);

function functionOf(name: string): { lambda: Resource; role: Resource | undefined } {
  const title = functionTable.find((spec) => spec.name === name)?.title;
  const found = of('AWS::Lambda::Function').find(([, { Properties }]) => Properties.Description === title);
  if (found === undefined) throw new Error(`no function ${name} in the template`);
  const roleId = found[1].Properties.Role['Fn::GetAtt'][0];
  return { lambda: found[1], role: of('AWS::IAM::Role').find(([id]) => id === roleId)?.[1] };
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
  test('has exactly the routes of the table, each with its scopes, and openapi.json exactly its operations', () => {
    const deployed = of('AWS::ApiGateway::Method').map(([, method]) => [
      routeOf(method),
      method.Properties.AuthorizationScopes ?? null,
    ]);
    expect(new Map(deployed as [string, unknown][])).toEqual(
      new Map(routes.map(({ method, path, scope }) => [`${method} ${path}`, scope && [`card-accounts/${scope}`]])),
    );
    const operations = Object.entries<object>(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(new Set(operations)).toEqual(new Set(deployed.map(([name]) => name)));
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
      ['PUT', 2, 5],
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
        ...['InspectFunction', 'OperateFunction', 'DeliverFunction', 'OperatorPolicy', 'InspectPolicy', 'CallerPolicy'],
        ...['AlarmTopic', 'DashboardUrl', 'SnapshotQueue', 'SnapshotDeadLetters', 'FailedInvocations', 'AccessLog'],
        ...functionTable.map(({ name }) => `Log${name.replaceAll('-', '')}`),
      ]),
    );
  });
});
