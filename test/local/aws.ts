import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { type EventBridge, startEventBridge } from './event-bridge.ts';
import { type SecretsManager, type SecretsManagerOptions, startSecretsManager } from './secrets-manager.ts';

export type TableSpec = { readonly name: string; readonly partitionKey: string; readonly sortKey?: string };
export type LocalAws = {
  /** Undefined when the service is somebody else's: its AWS_ENDPOINT_URL_… was set. */
  readonly secretsManager: SecretsManager | undefined;
  readonly eventBridge: EventBridge | undefined;
  close(): Promise<void>;
};
type Running = { readonly url: string; close(): Promise<unknown> | unknown };

const region = 'ap-south-1';

/**
 * dynalite, tables at once there.
 * @param folder where it keeps its data @default in memory
 */
export async function startDynamoDb(folder?: string): Promise<Running> {
  const path = folder === undefined ? {} : { path: folder };
  const server = dynalite({ ...path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address() as AddressInfo;
  let serving = 0;
  server.on('request', (_request, response) => {
    serving += 1;
    response.once('close', () => {
      serving -= 1;
    });
  });
  async function close(): Promise<void> {
    // Under a request, dynalite throws when its database is closed.
    while (serving > 0) await setTimeout(5);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
  return { url: `http://127.0.0.1:${bound.port}`, close };
}

/** fauxqs: SQS and SNS. Not by startFauxqs, which listens on every address of the machine. */
export async function startQueues(): Promise<Running> {
  const app = buildApp({ logger: false, defaultRegion: region });
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
}

/**
 * Starts whatever AWS service has no `AWS_ENDPOINT_URL_<SERVICE>` in `env`, and writes the endpoints, a region and
 * made-up credentials into it, where the SDK reads them.
 * @param dynamoDbFolder where a DynamoDB that is started keeps its data @default in memory
 */
export async function startAws(
  env: NodeJS.ProcessEnv,
  secrets: SecretsManagerOptions = {},
  dynamoDbFolder?: string,
): Promise<LocalAws> {
  const running: Running[] = [];
  async function startUnlessSet<T extends Running>(
    services: readonly string[],
    start: () => Promise<T>,
  ): Promise<T | undefined> {
    const names = services.map((service) => `AWS_ENDPOINT_URL_${service}`).filter((name) => !env[name]);
    if (names.length === 0) return undefined;
    const service = await start();
    running.push(service);
    for (const name of names) env[name] = service.url;
    return service;
  }

  const defaults = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(env, { ...defaults, ...env });
  const [secretsManager, eventBridge] = await Promise.all([
    startUnlessSet(['SECRETS_MANAGER'], () => startSecretsManager(secrets)),
    startUnlessSet(['EVENTBRIDGE'], () => startEventBridge()),
    startUnlessSet(['DYNAMODB'], () => startDynamoDb(dynamoDbFolder)),
    startUnlessSet(['SQS', 'SNS'], startQueues),
  ]);
  const close = async () => {
    await Promise.all(running.map((service) => service.close()));
  };
  return { secretsManager, eventBridge, close };
}

/** Creates the table unless it is there, so that a DynamoDB which keeps its data can be used again. */
export async function createTable({ name, partitionKey, sortKey }: TableSpec): Promise<void> {
  const client = new DynamoDBClient({});
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: keys.map((key, at) => ({ AttributeName: key, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: name });
  client.destroy();
}

/**
 * A queue with its dead-letter queue, redelivered after `visibilitySeconds`, given up after `maxReceives`.
 * @param endpoint AWS_ENDPOINT_URL_SQS
 */
export async function createQueue(
  endpoint: string,
  name: string,
  { visibilitySeconds, maxReceives }: { visibilitySeconds: number; maxReceives: number },
): Promise<{ readonly url: string; readonly deadLetterUrl: string }> {
  const client = new SQSClient({ endpoint });
  // The SDK calls a queue at its URL's host, and fauxqs gives it one that does not resolve.
  const reachable = (queueUrl = '') => new URL(new URL(queueUrl).pathname, endpoint).href;
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    reachable((await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl);

  const deadLetterUrl = await create(`${name}-dead`);
  const ask = new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] });
  const { Attributes } = await client.send(ask);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: maxReceives });
  const url = await create(name, { VisibilityTimeout: `${visibilitySeconds}`, RedrivePolicy });
  client.destroy();
  return { url, deadLetterUrl };
}
