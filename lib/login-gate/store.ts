import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { parseJson } from '../json.ts';
import { type GateItem, gateItemSchema, type LoginGateStore, pointerSchema, READER, tokenRowSchema } from './item.ts';
import { close } from './transitions.ts';

/** A row of the table has a shape that this release cannot read: nobody logs in on its word. */
export class GateItemError extends Error {
  override readonly name = 'GateItemError';
  constructor() {
    super('The login gate item cannot be read');
  }
}

type Row = Record<string, AttributeValue>;

/**
 * The gate's rows in a DynamoDB table with the key `partner`: strongly consistent reads, conditional writes, nothing else.
 * The key of a login's item is `login#<loginId>`, of its token `token#<loginId>`, of a partner's pointer `partner#<name>`.
 */
export function createLoginGateStore(client: Pick<DynamoDBClient, 'send'>, table: string): LoginGateStore {
  async function read(key: string): Promise<Row | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { partner: { S: key } }, ConsistentRead: true }),
    );
    return Item;
  }

  /** @returns false when the condition does not hold */
  async function write(key: string, row: Row, condition: Condition = {}): Promise<boolean> {
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: { partner: { S: key }, ...row }, ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    async read(loginId) {
      const row = await read(`login#${loginId}`);
      return row && inItsTable(decodeItem(loginId, row), table);
    },
    replace({ loginId, rev, ...state }, seen) {
      const condition = seen === 0 ? absent : equals('rev', seen);
      return write(`login#${loginId}`, { rev: { N: String(rev) }, ...stateOf({ ...state, table }) }, condition);
    },
    async readToken(loginId) {
      const row = await read(`token#${loginId}`);
      if (!row) return undefined;
      const { id, sealed } = stateIn(row, (value) => tokenRowSchema.safeParse(value).data);
      return { loginId, fence: Number(row.fence?.N), id, sealed };
    },
    writeToken({ loginId, fence, ...state }) {
      const row = { fence: { N: String(fence) }, ...stateOf(state) };
      return write(`token#${loginId}`, row, unlessNewer(fence));
    },
    async readPointer(partner) {
      const row = await read(`partner#${partner}`);
      return row && { partner, ...stateIn(row, (value) => pointerSchema.safeParse(value).data) };
    },
    async writePointer({ partner, ...state }) {
      await write(`partner#${partner}`, stateOf(state));
    },
  };
}

type Condition = { readonly ConditionExpression?: string; readonly ExpressionAttributeValues?: Row };
const absent: Condition = { ConditionExpression: 'attribute_not_exists(partner)' };
const equals = (name: string, value: number): Condition => ({
  ConditionExpression: `${name} = :seen`,
  ExpressionAttributeValues: { ':seen': { N: String(value) } },
});
const unlessNewer = (fence: number): Condition => ({
  ConditionExpression: 'attribute_not_exists(partner) OR fence <= :fence',
  ExpressionAttributeValues: { ':fence': { N: String(fence) } },
});

function stateOf(state: object): Row {
  return { state: { S: JSON.stringify(state) } };
}

/** @throws GateItemError */
function stateIn<T>({ state }: Row, parse: (value: unknown) => T | undefined): T {
  const parsed = parse(parseJson(state?.S ?? ''));
  if (parsed === undefined) throw new GateItemError();
  return parsed;
}

/** A restored table is another one: what it holds of a login is closed until somebody has asked EnKash. */
function inItsTable(item: GateItem, table: string): GateItem {
  return item.table === table ? item : close(item);
}

function decodeItem(loginId: string, row: Row): GateItem {
  return stateIn(row, (value) => {
    const known = typeof value === 'object' && value !== null ? value : {};
    const { data } = gateItemSchema.safeParse({ ...known, loginId, rev: Number(row.rev?.N) });
    return data && data.minReader <= READER ? data : undefined;
  });
}
