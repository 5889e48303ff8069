import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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

/** A DynamoDB that is always empty and takes every write, without the SDK: what is asked of it is counted. */
export function createCountedDynamo(): { readonly client: DynamoDBClient; counts(): Counts } {
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
  const client = {
    send: async ({ input }: { readonly input: unknown }) => {
      count(input);
      return {};
    },
  } as unknown as DynamoDBClient;
  return { client, counts: () => ({ dynamoRequests, writes, reads, largestItem }) };
}

/** As DynamoDB counts an item: names and values, a number about a byte for two digits. */
export function bytesOf(item: unknown): number {
  const attributes: [string, Record<string, unknown>][] = Object.entries(item ?? {});
  return attributes.reduce((sum, [name, value]) => {
    const [[type, literal] = ['', '']] = Object.entries(value);
    const length = String(literal).length;
    return sum + name.length + (type === 'N' ? Math.ceil(length / 2) + 1 : length);
  }, 0);
}
