import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type GateItem, gateItemSchema, type LoginGateStore } from './item.ts';

/** The item in the table has another shape than this version writes: nobody logs in on its word. */
export class GateItemError extends Error {
  override readonly name = 'GateItemError';
  constructor() {
    super('The login gate item cannot be read');
  }
}

/** The gate's items in a DynamoDB table with the key `partner`: strongly consistent reads, conditional writes, nothing else. */
export function createLoginGateStore(client: Pick<DynamoDBClient, 'send'>, table: string): LoginGateStore {
  return {
    async read(partner) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { partner: { S: partner } }, ConsistentRead: true }),
      );
      return Item && decode(Item);
    },
    async replace(item, seen) {
      const condition =
        seen === 0
          ? { ConditionExpression: 'attribute_not_exists(partner)' }
          : { ConditionExpression: 'rev = :seen', ExpressionAttributeValues: { ':seen': { N: String(seen) } } };
      try {
        await client.send(new PutItemCommand({ TableName: table, Item: encode(item), ...condition }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}

function encode({ partner, rev, ...state }: GateItem): Record<string, AttributeValue> {
  return { partner: { S: partner }, rev: { N: String(rev) }, state: { S: JSON.stringify(state) } };
}

function decode({ partner, rev, state }: Record<string, AttributeValue>): GateItem {
  const parsed = gateItemSchema.safeParse({ ...parseJson(state?.S), partner: partner?.S, rev: Number(rev?.N) });
  if (!parsed.success) throw new GateItemError();
  return parsed.data;
}

function parseJson(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
