import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Right } from './functions.ts';

/** The resources that rights are about. */
export interface RightsResources {
  readonly partnerSecretArns: readonly string[];
  readonly partnerSecretKey: IKey;
  readonly loginGateTableArn: string;
  readonly loginGateKey: IKey;
}

/** What DynamoDB asks of the key for its caller's sake. */
const tableKeyUse = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];

/** A right as exact actions on exact resources. */
export function statementsOf(right: Right, resources: RightsResources): readonly PolicyStatement[] {
  switch (right) {
    case 'read-partner-secrets':
      return [
        allow(['secretsmanager:GetSecretValue'], resources.partnerSecretArns),
        useKey(['kms:Decrypt'], resources.partnerSecretKey, 'secretsmanager'),
      ];
    case 'use-login-gate':
      return [
        allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [resources.loginGateTableArn]),
        useKey(tableKeyUse, resources.loginGateKey, 'dynamodb'),
      ];
  }
}

export function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [...resources] });
}

/** The key, and only by way of the service whose data it encrypts. */
function useKey(actions: readonly string[], key: IKey, service: string): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
  });
}
