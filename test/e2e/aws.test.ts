import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createQueue, createTable, type LocalAws, startAws, startDynamoDb } from '../local/aws.ts';

let aws: LocalAws;
let endpoint = '';
beforeAll(async () => {
  const env: NodeJS.ProcessEnv = {};
  aws = await startAws(env, { secrets: { partner: 'one' } });
  ({ AWS_ENDPOINT_URL_SQS: endpoint = '' } = env);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

test('is found by SDK clients without any settings', async () => {
  const secret = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: 'partner' }));
  expect(secret.SecretString).toBe('one');
});

test('has conditional writes', async () => {
  await createTable({ name: 'gate', partitionKey: 'partner' });
  await createTable({ name: 'gate', partitionKey: 'partner' });
  const client = new DynamoDBClient({});
  const put = new PutItemCommand({
    TableName: 'gate',
    Item: { partner: { S: 'acme' } },
    ConditionExpression: 'attribute_not_exists(partner)',
  });
  await client.send(put);
  await expect(client.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('redelivers a message that was not deleted and gives it up after the last receive', async () => {
  const client = new SQSClient({});
  const { url, deadLetterUrl } = await createQueue(endpoint, 'snapshots', { visibilitySeconds: 0, maxReceives: 2 });
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{}', MessageGroupId: 'acme' }));
  const receive = async (QueueUrl: string) => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }));
    return Messages.length;
  };
  expect([await receive(url), await receive(url), await receive(url)]).toEqual([1, 1, 0]);
  expect(await receive(deadLetterUrl)).toBe(1);
});

test('is not started where an endpoint is set', async () => {
  const mine = await startDynamoDb();
  const env: NodeJS.ProcessEnv = {
    AWS_ENDPOINT_URL_DYNAMODB: mine.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'mine',
  };
  const other = await startAws(env);
  expect(other.secretsManager).toBeUndefined();
  expect(env).toMatchObject({ AWS_ENDPOINT_URL_DYNAMODB: mine.url, AWS_ACCESS_KEY_ID: 'mine' });
  const { AWS_ENDPOINT_URL_SQS: queues, AWS_ENDPOINT_URL_SNS: topics } = env;
  expect([queues, topics]).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), queues]);
  await Promise.all([other.close(), mine.close()]);
});
