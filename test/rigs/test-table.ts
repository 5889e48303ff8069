import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../local/aws.ts';

export type TestTable = {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** For a process that is to find the table. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
};

/**
 * A table of a test's own, with string keys: in dynalite, or unchanged in the DynamoDB at `AWS_ENDPOINT_URL_DYNAMODB`,
 * with credentials of the environment or, for an emulator, made-up ones.
 */
export async function startTestTable(partitionKey: string, sortKey?: string): Promise<TestTable> {
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const own = given ? undefined : await startDynamoDb();
  const endpoint = given || (own?.url ?? '');
  const madeUp = { AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const env = { ...madeUp, ...process.env, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const session = process.env.AWS_SESSION_TOKEN;
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(session && { sessionToken: session }) },
  });
  const names = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  const tableName = `test-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: names.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.01, maxDelay: 1 }, { TableName: tableName });
  return {
    client,
    tableName,
    env,
    async close() {
      await client.send(new DeleteTableCommand({ TableName: tableName }));
      client.destroy();
      await own?.close();
    },
  };
}
