import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createDynamo } from '../../../lib/live/dynamo.ts';

test('the client of the tables writes no log of its own, and prepares none', () => {
  const config = { region: 'ap-south-1' };
  const names = (client: DynamoDBClient) => client.middlewareStack.identify().map((line) => line.split(' ')[0]);
  expect(names(new DynamoDBClient(config))).toContain('loggerMiddleware');
  expect(names(createDynamo(config))).not.toContain('loggerMiddleware');
});
