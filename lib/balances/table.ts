import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { inBatches } from '../batches.ts';
import { type Attributes, fromAttributeValues, type Item, toAttributeValue, toAttributeValues } from './codec.ts';
import type { KeyQuery, RowKey } from './keys.ts';

/** What must hold of the stored row for a write to happen. */
export type Condition =
  | { readonly absent: true }
  | { readonly absentAttribute: string }
  | { readonly equals: readonly [attribute: string, value: string | number] }
  | { readonly below: readonly [attribute: string, value: number] }
  /** Also true where the attribute is not there. */
  | { readonly differs: readonly [attribute: string, value: string] }
  | { readonly anyOf: readonly Condition[] }
  | { readonly allOf: readonly Condition[] };

type PageOptions = {
  /** At most so many rows; DynamoDB itself ends a page at 1 MB. */
  readonly limit?: number;
  readonly backwards?: boolean;
  /** The sort key after which to go on. */
  readonly after?: string | undefined;
  /** Keeps only rows whose attribute has this value. */
  readonly only?: readonly [attribute: string, value: string];
  /** Sees every write that was acknowledged before; costs twice as much. */
  readonly consistent?: boolean;
};

/** `after` is there when there may be more. */
export type Page = { readonly items: readonly Item[]; readonly after: string | undefined };

/** The balances table, seen from the stores. Reads are eventually consistent unless `consistent`. There is no scan. */
export type Table = {
  get(key: RowKey, options?: { readonly consistent?: boolean }): Promise<Item | undefined>;
  /** Rows that are not there are left out; in no order. */
  batchGet(keys: readonly RowKey[]): Promise<readonly Item[]>;
  query(query: KeyQuery, options?: PageOptions): Promise<Page>;
  /** Writes the whole row. @returns false when the condition does not hold */
  put(key: RowKey, attributes: Attributes, condition?: Condition): Promise<boolean>;
  /** Sets some attributes (null removes), and adds to numbers. @returns false when the condition does not hold */
  update(key: RowKey, change: Change, condition?: Condition): Promise<boolean>;
};

type Change = { readonly set: Attributes; readonly add?: Readonly<Record<string, number>> };

/** DynamoDB had too much to do, and left keys of a batch unread for longer than the caller waits. */
export class UnreadKeysError extends Error {
  override readonly name = 'UnreadKeysError';
  constructor() {
    super('BatchGetItem left keys unread');
  }
}

/** BatchGetItem takes 100 keys. */
const BATCH = 100;
const FIRST_PAUSE_MS = 50;
const JOB_PATIENCE_MS = 12_800;

export type TableDeps = {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Pauses of a batch in all, while DynamoDB leaves keys unread. @default 12.8 s, for jobs */
  readonly patienceMs?: number;
};

/** The table on DynamoDB. Rejects with the SDK's errors, whose messages hold no row. */
export function createTable({ client, tableName, sleep, patienceMs = JOB_PATIENCE_MS }: TableDeps): Table {
  async function batchOf(rowKeys: readonly RowKey[]): Promise<Item[]> {
    const items: Item[] = [];
    let asked = { Keys: rowKeys.map(({ pk, sk }) => toAttributeValues({ pk, sk })) };
    for (let pause = 0, waited = 0; asked.Keys.length > 0; pause = Math.max(FIRST_PAUSE_MS, 2 * pause)) {
      waited += pause;
      if (waited > patienceMs) throw new UnreadKeysError();
      if (pause > 0) await sleep(pause);
      const reply = await client.send(new BatchGetItemCommand({ RequestItems: { [tableName]: asked } }));
      items.push(...(reply.Responses?.[tableName] ?? []).map(fromAttributeValues));
      asked = { Keys: reply.UnprocessedKeys?.[tableName]?.Keys ?? [] };
    }
    return items;
  }

  return {
    async get({ pk, sk }, { consistent = false } = {}) {
      const Key = toAttributeValues({ pk, sk });
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key, ConsistentRead: consistent }));
      return Item && fromAttributeValues(Item);
    },

    async batchGet(rowKeys) {
      const unique = [...new Map(rowKeys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
      return (await Promise.all(inBatches(unique, BATCH).map(batchOf))).flat();
    },

    async query({ condition, values }, { limit, backwards = false, after, only, consistent = false } = {}) {
      // DynamoDB refuses a BETWEEN whose ends are the wrong way round.
      if ((values[':first'] ?? '') > (values[':last'] ?? '')) return { items: [], after: undefined };
      const filter = only && {
        FilterExpression: '#only = :only',
        ExpressionAttributeNames: { '#only': only[0] },
      };
      const reply = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: condition,
          ...filter,
          ExpressionAttributeValues: toAttributeValues({ ...values, ...(only && { ':only': only[1] }) }),
          ScanIndexForward: !backwards,
          Limit: limit,
          ConsistentRead: consistent,
          ExclusiveStartKey: after === undefined ? undefined : toAttributeValues({ pk: values[':pk'], sk: after }),
        }),
      );
      return { items: (reply.Items ?? []).map(fromAttributeValues), after: reply.LastEvaluatedKey?.sk?.S };
    },

    put({ pk, sk }, attributes, condition) {
      const Item = toAttributeValues({ pk, sk, ...attributes });
      return accepted(client.send(new PutItemCommand({ TableName: tableName, Item, ...expression(condition) })));
    },

    update({ pk, sk }, change, condition) {
      const Key = toAttributeValues({ pk, sk });
      return accepted(
        client.send(new UpdateItemCommand({ TableName: tableName, Key, ...expression(condition, change) })),
      );
    },
  };
}

async function accepted(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Every attribute goes by a placeholder: many of DynamoDB's reserved words are good names. */
function expression(condition: Condition | undefined, change?: Change) {
  const names: Record<string, string> = {};
  const values: Record<string, ReturnType<typeof toAttributeValue>> = {};
  const name = (attribute: string): string => {
    const placeholder = `#n${Object.keys(names).length}`;
    names[placeholder] = attribute;
    return placeholder;
  };
  const value = (literal: string | number): string => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = toAttributeValue(literal);
    return placeholder;
  };
  const test = (part: Condition): string => {
    if ('absent' in part) return `attribute_not_exists(${name('pk')})`;
    if ('absentAttribute' in part) return `attribute_not_exists(${name(part.absentAttribute)})`;
    if ('equals' in part) return `${name(part.equals[0])} = ${value(part.equals[1])}`;
    if ('below' in part) return `${name(part.below[0])} < ${value(part.below[1])}`;
    if ('differs' in part) return `NOT ${name(part.differs[0])} = ${value(part.differs[1])}`;
    if ('anyOf' in part) return `(${part.anyOf.map(test).join(' OR ')})`;
    return `(${part.allOf.map(test).join(' AND ')})`;
  };

  const set: string[] = [];
  const remove: string[] = [];
  for (const [attribute, literal] of Object.entries(change?.set ?? {})) {
    if (literal === undefined) continue;
    if (literal === null) remove.push(name(attribute));
    else set.push(`${name(attribute)} = ${value(literal)}`);
  }
  const add = Object.entries(change?.add ?? {}).map(([attribute, amount]) => `${name(attribute)} ${value(amount)}`);
  const clause = (word: string, parts: readonly string[]): string =>
    parts.length > 0 ? ` ${word} ${parts.join(', ')}` : '';
  const update = `${clause('SET', set)}${clause('REMOVE', remove)}${clause('ADD', add)}`.trim();
  return {
    ...(condition && { ConditionExpression: test(condition) }),
    ...(update !== '' && { UpdateExpression: update }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
