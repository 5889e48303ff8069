import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRequestTable } from '../../../lib/balances/request-table.ts';
import { createTable } from '../../../lib/balances/table.ts';
import { StorageError } from '../../../lib/errors.ts';
import { sdkLimits } from '../../../lib/live/sdk-limits.ts';
import { type Exchange, type Listener, listen } from '../../local/http-server.ts';

const JSON_TYPE = 'application/x-amz-json-1.0';
const error = (status: number, name: string) => (response: Exchange['response']) =>
  response.writeHead(status, { 'content-type': JSON_TYPE }).end(`{"__type":"com.amazonaws#${name}"}`);
function half(response: Exchange['response']): void {
  response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': '100' });
  response.write('{"Item');
}

let answer: (response: Exchange['response']) => unknown;
let server: Listener;
beforeEach(async () => {
  server = await listen(({ response }) => void answer(response));
});
afterEach(() => server.close());

/** What reading a row rejects with. */
async function failure(endpoint = server.url): Promise<unknown> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const limits = sdkLimits({ attempts: 2, connectMs: 500, callMs: 300 });
  const client = new DynamoDBClient({ endpoint, region: 'ap-south-1', credentials, ...limits });
  const table = createRequestTable(createTable({ client, tableName: 'balances', sleep: async () => {} }));
  return table.get({ pk: 'a', sk: 'b' }).then(
    () => undefined,
    (rejected: unknown) => rejected,
  );
}

describe('what passes by itself is told as such', () => {
  test.each<[string, typeof answer]>([
    ['a throttle', error(400, 'ThrottlingException')],
    ['a fault of DynamoDB that its client knows', error(500, 'InternalServerError')],
    ['a fault that its client does not know', error(503, 'ServiceUnavailable')],
    ['a page in place of JSON', (response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<html>')],
    ['a connection that ends before the reply', (response) => response.destroy()],
    [
      'a connection that ends within the reply',
      (response) => {
        half(response);
        setTimeout(() => response.destroy(), 50);
      },
    ],
    ['no reply', () => undefined],
    ['a reply that stops half-way', half],
  ])('%s', async (_, answers) => {
    answer = answers;
    expect(await failure()).toBeInstanceOf(StorageError);
  });

  test('nobody who listens, and a name that nobody knows', async () => {
    expect(await failure('http://127.0.0.1:9')).toBeInstanceOf(StorageError);
    expect(await failure('http://nothing.invalid')).toBeInstanceOf(StorageError);
  });
});

test.each<[string, typeof answer]>([
  ['a request that DynamoDB finds wrong', error(400, 'ValidationException')],
  ['rights that are missing', error(400, 'AccessDeniedException')],
  ['a reply that is no JSON', (response) => response.writeHead(200, { 'content-type': JSON_TYPE }).end('no')],
])('%s is a fault of ours', async (_, answers) => {
  answer = answers;
  expect(await failure()).not.toBeInstanceOf(StorageError);
});
