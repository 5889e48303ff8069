import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnKey, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { DataClass } from '../stage/data-classes.ts';

/** The account's administrators keep the key; CDK's default says `kms:*`, and this stack has no wildcard action at all. */
const administration = [
  'CancelKeyDeletion',
  'CreateGrant',
  'Decrypt',
  'DeleteAlias',
  'CreateAlias',
  'DescribeKey',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListGrants',
  'ListKeyPolicies',
  'ListKeyRotations',
  'ListResourceTags',
  'PutKeyPolicy',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
  'RevokeGrant',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

const use = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
];

/** What a service does with a key that it is given; `kms:DescribeKey` beside it. */
const keyUse = [...use.map((action) => `kms:${action}`), 'kms:DescribeKey'];

export interface DataKeyProps {
  readonly description: DataClass;
  /** AWS services that use the key on their own account. @default none */
  readonly services?: readonly ServiceUse[];
}

export interface ServiceUse {
  readonly service: string;
  readonly conditions: Record<string, Record<string, string>>;
}

/** A customer-managed key for one class of data: rotated yearly, retained. */
export class DataKey extends Construct {
  /** As an imported key, so that no construct widens its policy. */
  readonly key: IKey;

  constructor(scope: Construct, id: string, { description, services = [] }: DataKeyProps) {
    super(scope, id);
    const resources = ['*'];
    const key = new CfnKey(this, 'Resource', {
      description,
      enableKeyRotation: true,
      keyPolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({ principals: [new AccountRootPrincipal()], actions: administration, resources }),
          ...services.map(
            ({ service, conditions }) =>
              new PolicyStatement({
                principals: [new ServicePrincipal(service)],
                actions: keyUse,
                resources,
                conditions,
              }),
          ),
        ],
      }),
    });
    key.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.key = Key.fromKeyArn(this, 'Imported', key.attrArn);
  }
}

/** A service that uses a key for this account alone: no other account can have it do so. */
export function ofThisAccount(service: string): ServiceUse {
  return { service, conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } };
}

/** CloudWatch Logs may use a key for this account; names of log groups are CloudFormation's, so no group is named. */
export function logService(): ServiceUse {
  const arn = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`;
  return {
    service: `logs.${Aws.REGION}.amazonaws.com`,
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn } },
  };
}
