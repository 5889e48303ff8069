import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { createTable, type Table } from '../../lib/balances/table.ts';
import { startTestTable } from './test-table.ts';

export type Dynamo = {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly table: Table;
  /** Commands sent through `table` so far, by name. */
  readonly sent: string[];
};

/** A balances table of its own: in dynalite, or unchanged in the DynamoDB at `AWS_ENDPOINT_URL_DYNAMODB`. */
export async function startTable(): Promise<Dynamo> {
  const { client, tableName, close } = await startTestTable('pk', 'sk');
  afterAll(close);
  const sent: string[] = [];
  const counting = {
    send: (command: { constructor: { name: string } }) => {
      sent.push(command.constructor.name);
      return client.send(command as never);
    },
  } as unknown as DynamoDBClient;
  return { client, tableName, sent, table: createTable({ client: counting, tableName, sleep }) };
}
