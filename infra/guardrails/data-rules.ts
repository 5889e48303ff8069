import type { SynthesisedResource } from './template-resource.ts';

/** Protected from deletion: a rollback that should delete one would stop there. */
const alwaysRetained = ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'];

/** Type of a resource that holds data or cannot be had again -> how it says which key encrypts it. */
const dataTypes: Readonly<Record<string, ((properties: Record<string, unknown>) => unknown) | 'has no key'>> = {
  'AWS::DynamoDB::Table': ({ SSESpecification }) => inside(SSESpecification, 'KMSMasterKeyId'),
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::S3::Bucket': ({ BucketEncryption }) => BucketEncryption,
  'AWS::KMS::Key': 'has no key',
  'AWS::Cognito::UserPool': 'has no key',
  'AWS::EC2::EIP': 'has no key',
};

/** Passing through, not kept: encrypted, but nothing to retain. */
const transportTypes: Readonly<Record<string, (properties: Record<string, unknown>) => unknown>> = {
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::Events::EventBus': ({ KmsKeyIdentifier }) => KmsKeyIdentifier,
  'AWS::Kinesis::Stream': ({ StreamEncryption }) => StreamEncryption,
};

/**
 * What is wrong with how data outlives the stack; undefined when nothing is. What a failed first deployment has just made
 * is empty and may go with it (RetainExceptOnCreate); what is replaced later may not.
 */
export function retentionProblem(resource: SynthesisedResource): string | undefined {
  const { Type, DeletionPolicy = 'Delete', UpdateReplacePolicy } = resource;
  if (!Object.hasOwn(dataTypes, Type)) return undefined;
  const allowed = alwaysRetained.includes(Type) ? ['Retain'] : ['Retain', 'RetainExceptOnCreate'];
  return allowed.includes(DeletionPolicy) && UpdateReplacePolicy === 'Retain'
    ? undefined
    : 'holds data and must be retained when it leaves the stack or is replaced';
}

/** What is wrong with a resource's encryption; undefined when nothing is, or it keeps no data. */
export function encryptionProblem({ Type, Properties }: SynthesisedResource): string | undefined {
  const keyOf = dataTypes[Type] ?? transportTypes[Type];
  if (keyOf === undefined || keyOf === 'has no key') return undefined;
  return keyOf(Properties) === undefined ? 'is not encrypted with a key of ours' : undefined;
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
