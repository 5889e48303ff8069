import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Counts = { readonly dynamoRequests: number; readonly largestItem: number };

/** A DynamoDB that is always empty and takes every write, without a socket: what is asked of it is counted. */
export function createCountedDynamo(sdk: boolean): { readonly client: DynamoDBClient; counts(): Counts } {
  let dynamoRequests = 0;
  let largestItem = 0;
  const count = (input: unknown): void => {
    dynamoRequests += 1;
    if (typeof input === 'object' && input !== null && 'Item' in input) {
      largestItem = Math.max(largestItem, bytesOf(input.Item));
    }
  };
  const real = new DynamoDBClient({
    region: 'ap-south-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: {
      handle: async (request: { readonly body: Uint8Array }) => {
        count(JSON.parse(Buffer.from(request.body).toString()));
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: 200, headers, body: Readable.from([Buffer.from('{}')]) } };
      },
    },
  });
  const fake = {
    send: async ({ input }: { readonly input: unknown }) => {
      count(input);
      return {};
    },
  } as unknown as DynamoDBClient;
  return { client: sdk ? real : fake, counts: () => ({ dynamoRequests, largestItem }) };
}

/** As DynamoDB counts an item: names and values, a number about a byte for two digits. */
function bytesOf(item: unknown): number {
  const attributes: [string, Record<string, unknown>][] = Object.entries(item ?? {});
  return attributes.reduce((sum, [name, value]) => {
    const [[type, literal] = ['', '']] = Object.entries(value);
    const length = String(literal).length;
    return sum + name.length + (type === 'N' ? Math.ceil(length / 2) + 1 : length);
  }, 0);
}
