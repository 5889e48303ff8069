import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { createTable, type Table } from '../../lib/snapshots/table.ts';
import { startDynamoDb } from '../local/aws.ts';

export type Dynamo = {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly table: Table;
  /** Commands sent through `table` so far, by name. */
  readonly sent: string[];
};

/** A balances table of its own: in dynalite, or unchanged in the DynamoDB at `AWS_ENDPOINT_URL_DYNAMODB`. */
export async function startTable(): Promise<Dynamo> {
  const given = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const local = given ? undefined : await startDynamoDb();
  const client = new DynamoDBClient({
    region: process.env.AWS_REGION ?? 'ap-south-1',
    endpoint: given ?? local?.url ?? '',
    ...(!given && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  });
  const tableName = `balances-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.01 as number }, { TableName: tableName });
  afterAll(async () => {
    await client.send(new DeleteTableCommand({ TableName: tableName }));
    client.destroy();
    await local?.close();
  });
  const sent: string[] = [];
  const counting = {
    send: (command: { constructor: { name: string } }) => {
      sent.push(command.constructor.name);
      return client.send(command as never);
    },
  } as unknown as DynamoDBClient;
  return { client, tableName, sent, table: createTable({ client: counting, tableName, sleep }) };
}
