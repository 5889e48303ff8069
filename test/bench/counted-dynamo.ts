import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

type Counts = {
  readonly dynamoRequests: number;
  readonly writes: number;
  /** Read units: a half for a row of at most 4 kB, one where the read is consistent. */
  readonly reads: number;
  readonly largestItem: number;
};

const requestSchema = z.looseObject({
  Item: z.unknown().optional(),
  UpdateExpression: z.string().optional(),
  ConsistentRead: z.boolean().optional(),
  RequestItems: z
    .record(z.string(), z.object({ Keys: z.array(z.unknown()), ConsistentRead: z.boolean().optional() }))
    .optional(),
});

/** A DynamoDB that is always empty and takes every write, without a socket: what is asked of it is counted. */
export function createCountedDynamo(sdk: boolean): { readonly client: DynamoDBClient; counts(): Counts } {
  let dynamoRequests = 0;
  let writes = 0;
  let reads = 0;
  let largestItem = 0;
  const count = (input: unknown): void => {
    dynamoRequests += 1;
    const { Item, UpdateExpression, ConsistentRead, RequestItems } = requestSchema.parse(input);
    if (Item !== undefined || UpdateExpression !== undefined) writes += 1;
    else if (RequestItems === undefined) reads += ConsistentRead ? 1 : 0.5;
    for (const batch of Object.values(RequestItems ?? {})) {
      reads += batch.Keys.length * (batch.ConsistentRead ? 1 : 0.5);
    }
    if (Item !== undefined) largestItem = Math.max(largestItem, bytesOf(Item));
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
  return { client: sdk ? real : fake, counts: () => ({ dynamoRequests, writes, reads, largestItem }) };
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
