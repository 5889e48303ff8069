import type { SynthesisedResource } from './template-resource.ts';

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

/** Whether a resource of the type must be retained. */
export function isData(type: string): boolean {
  return Object.hasOwn(dataTypes, type);
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
