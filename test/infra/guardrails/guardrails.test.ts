import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { addGuardrails } from '../../../infra/guardrails/guardrails.ts';
import { settingsOf, stackOf } from '../../rigs/synth.ts';

type Planted = {
  readonly type: string;
  readonly properties?: Record<string, unknown>;
  readonly retain?: boolean;
  readonly policies?: readonly [deletion: string, replacement: string];
};

function complaints(stack: Stack): string[] {
  addGuardrails(stack);
  return Annotations.fromStack(stack)
    .findError('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

function complaintsAbout({ type, properties = {}, retain = false, policies }: Planted): string[] {
  const stack = new Stack(new App(), 'Planted', { env: { region: 'ap-south-1' } });
  const resource = new CfnResource(stack, 'It', { type, properties });
  const [deletion, replacement] = policies ?? (retain ? ['Retain', 'Retain'] : []);
  if (deletion !== undefined) resource.addOverride('DeletionPolicy', deletion);
  if (replacement !== undefined) resource.addOverride('UpdateReplacePolicy', replacement);
  return complaints(stack);
}

const allow = (Action: unknown, key = 'Action'): unknown => ({ Effect: 'Allow', [key]: Action, Resource: '*' });
const inRole = (statement: unknown): Planted => ({
  type: 'AWS::IAM::Role',
  properties: { Policies: [{ PolicyDocument: { Statement: [statement] } }] },
});

describe('guardrails', () => {
  test.each(['dev', 'uat', 'live'] as const)('the %s stage gives them nothing to say', (stage) => {
    expect(complaints(stackOf(settingsOf(stage)))).toEqual([]);
  });

  test.each<[string, Planted]>([
    ['authorisation', { type: 'AWS::ApiGateway::Method', properties: { AuthorizationType: 'NONE' } }],
    ['authorisation', { type: 'AWS::ApiGateway::Method', properties: { AuthorizationType: 'COGNITO_USER_POOLS' } }],
    ['retention', { type: 'AWS::Cognito::UserPool' }],
    ['retention', { type: 'AWS::EC2::EIP' }],
    // A table is protected from deletion, so a rollback that should delete it would stop.
    ['retention', { type: 'AWS::Cognito::UserPool', policies: ['RetainExceptOnCreate', 'Retain'] }],
    ['retention', { type: 'AWS::EC2::EIP', policies: ['Retain', 'RetainExceptOnCreate'] }],
    ['retention', { type: 'AWS::EC2::EIP', policies: ['Retain', 'Delete'] }],
    ['wildcard-action', inRole(allow('dynamodb:*'))],
    ['wildcard-action', inRole(allow(['dynamodb:GetItem', 'kms:GenerateDataKey*']))],
    ['wildcard-action', inRole(allow('dynamodb:Scan', 'NotAction'))],
    [
      'wildcard-action',
      { type: 'AWS::SQS::QueuePolicy', properties: { PolicyDocument: { Statement: allow('sqs:*') } } },
    ],
    [
      'aws-managed-policy',
      { type: 'AWS::IAM::Role', properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/X'] } },
    ],
    [
      'encryption',
      { type: 'AWS::DynamoDB::Table', properties: { SSESpecification: { SSEEnabled: true } }, retain: true },
    ],
    ['encryption', { type: 'AWS::SecretsManager::Secret', retain: true }],
    ['encryption', { type: 'AWS::SQS::Queue', properties: { SqsManagedSseEnabled: true } }],
    ['encryption', { type: 'AWS::SNS::Topic' }],
    ['encryption', { type: 'AWS::S3::Bucket', retain: true }],
    ['log-retention', { type: 'AWS::Logs::LogGroup', properties: { KmsKeyId: 'arn' }, retain: true }],
    ['implicit-log-group', { type: 'AWS::Lambda::Function' }],
  ])('%s stops a planted mistake', (rule, planted) => {
    expect(complaintsAbout(planted)).toEqual([expect.stringContaining(`guardrail ${rule}: Planted/It`)]);
  });

  test('what a failed first deployment has just made may go with it', () => {
    expect(complaintsAbout({ type: 'AWS::EC2::EIP', policies: ['RetainExceptOnCreate', 'Retain'] })).toEqual([]);
  });

  test('region stops a stack outside India, and one that is bound to none', () => {
    for (const env of [{ region: 'eu-west-1' }, {}]) {
      expect(complaints(new Stack(new App(), 'Abroad', { env }))).toEqual([
        expect.stringContaining('guardrail region'),
      ]);
    }
  });
});
