import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Right, ServiceRight, TableRight } from './function-table.ts';

/** The resources that rights are about. */
export interface RightsResources {
  readonly partnerSecretArns: readonly string[];
  readonly partnerSecretKey: IKey;
  readonly loginGateTableArn: string;
  readonly loginGateKey: IKey;
  readonly balancesTableArn: string;
  readonly balancesKey: IKey;
  readonly snapshotQueueArn: string;
  readonly planJobsArn: string;
  /** Of the newest slot, and of the rest. */
  readonly closeJobsArns: readonly string[];
  readonly failedInvocationsArn: string;
  readonly messageKey: IKey;
  readonly eventBusArn: string;
  readonly balanceTopicArn: string;
  readonly webhookQueueArn: string;
  readonly webhookSecretArns: readonly string[];
}

/** What DynamoDB asks of the key for its caller's sake. */
const tableKeyUse = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];
const sendKeyUse = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** The rights of one function as exact actions on exact resources. */
export function statementsOf(rights: readonly Right[], resources: RightsResources): readonly PolicyStatement[] {
  const services = rights.filter((right) => !isTableRight(right));
  return [
    ...services.flatMap((right) => serviceStatements(right, resources)),
    ...tableStatements(rights.filter(isTableRight), resources),
  ];
}

function isTableRight(right: Right): right is TableRight {
  return right.startsWith('balances:');
}

function tableStatements(rights: readonly TableRight[], resources: RightsResources): readonly PolicyStatement[] {
  if (rights.length === 0) return [];
  const actions = rights.map((right) => right.replace('balances:', 'dynamodb:'));
  return [allow(actions, [resources.balancesTableArn]), useKey(tableKeyUse, resources.balancesKey, 'dynamodb')];
}

function serviceStatements(right: ServiceRight, resources: RightsResources): readonly PolicyStatement[] {
  switch (right) {
    case 'read-partner-secrets':
      return [
        allow(['secretsmanager:GetSecretValue'], resources.partnerSecretArns),
        useKey(['kms:Decrypt'], resources.partnerSecretKey, 'secretsmanager'),
      ];
    case 'move-partner-secrets':
      return [allow(['secretsmanager:UpdateSecretVersionStage'], resources.partnerSecretArns)];
    case 'read-login-gate':
      return [
        allow(['dynamodb:GetItem'], [resources.loginGateTableArn]),
        useKey(tableKeyUse, resources.loginGateKey, 'dynamodb'),
      ];
    case 'use-login-gate':
      return [
        allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [resources.loginGateTableArn]),
        useKey(tableKeyUse, resources.loginGateKey, 'dynamodb'),
      ];
    case 'send-snapshot-messages':
      return [
        allow(['sqs:SendMessage'], [resources.snapshotQueueArn]),
        useKey(sendKeyUse, resources.messageKey, 'sqs'),
      ];
    case 'work-plan-jobs':
      return workQueues([resources.planJobsArn], resources);
    case 'work-close-jobs':
      return workQueues(resources.closeJobsArns, resources);
    case 'receive-snapshot-messages':
      return [
        allow(
          ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          [resources.snapshotQueueArn],
        ),
        useKey(['kms:Decrypt'], resources.messageKey, 'sqs'),
      ];
    case 'publish-mails':
      return [allow(['sns:Publish'], [resources.balanceTopicArn]), useKey(sendKeyUse, resources.messageKey, 'sns')];
    case 'work-webhook-queue':
      return [
        allow(
          [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ReceiveMessage',
            'sqs:SendMessage',
          ],
          [resources.webhookQueueArn],
        ),
        useKey(sendKeyUse, resources.messageKey, 'sqs'),
      ];
    case 'read-webhook-secrets':
      return resources.webhookSecretArns.length === 0
        ? []
        : [
            allow(['secretsmanager:GetSecretValue'], resources.webhookSecretArns),
            useKey(['kms:Decrypt'], resources.messageKey, 'secretsmanager'),
          ];
    case 'publish-balance-events':
      return [allow(['events:PutEvents'], [resources.eventBusArn])];
    case 'report-failed-invocations':
      return [
        allow(['sqs:SendMessage'], [resources.failedInvocationsArn]),
        useKey(sendKeyUse, resources.messageKey, 'sqs'),
      ];
  }
}

function workQueues(queueArns: readonly string[], { messageKey }: RightsResources): readonly PolicyStatement[] {
  return [
    allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'], queueArns),
    useKey(sendKeyUse, messageKey, 'sqs'),
  ];
}

/** Exact actions on exact resources. */
export function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources] });
}

/** The key, and only by way of the service whose data it encrypts. */
export function useKey(actions: readonly string[], key: IKey, service: string): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  });
}
