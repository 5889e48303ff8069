import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../../rigs/gate-clock.ts';

export type Row = Readonly<Record<string, AttributeValue>>;
export type Dynamo = Pick<DynamoDBClient, 'send'>;
export type Command = GetItemCommand | PutItemCommand;
/** One call of the table, as the gate's store makes it. Rejects as the SDK does. */
export type Send = (command: Command) => Promise<object>;
/** The SDK's own type has a hundred overloads. */
export const asDynamo = (send: Send): Dynamo => ({ send: send as Dynamo['send'] });
export const isWrite = (command: Command): boolean => command instanceof PutItemCommand;

/** The table in memory: what DynamoDB promises of reads and conditional writes. `differential.test.ts` compares them. */
export function createMemoryDynamo() {
  let rows = new Map<string, Row>();
  let name = 'gate';
  const keyOf = (row: Row | undefined) => Object.values(row ?? {}).find((value) => 'S' in value)?.S ?? '';

  function put({ Item, ...rest }: PutItemCommand['input']): object {
    const key = Item?.[KEY]?.S ?? '';
    if (!holds(rows.get(key), rest)) throw new ConditionalCheckFailedException({ message: 'stale', $metadata: {} });
    rows.set(key, { ...Item });
    return {};
  }

  return {
    send: async (command: Command): Promise<object> => {
      if (command.input.TableName !== name) throw new Error('ResourceNotFoundException');
      if (command instanceof PutItemCommand) return put(command.input);
      const row = rows.get(keyOf(command.input.Key));
      return row ? { Item: { ...row } } : {};
    },
    rows: () => [...rows.values()],
    name: () => name,
    /** Point-in-time recovery, in one breath. */
    backup: () => new Map(rows),
    /** DynamoDB restores to a table of another name, which a deployment then puts in the place of this one. */
    restore(older: Map<string, Row>): void {
      rows = new Map(older);
      name = `${name}-restored`;
    },
    empty(): void {
      rows = new Map();
    },
  };
}

export type MemoryDynamo = ReturnType<typeof createMemoryDynamo>;
const KEY = 'partner';

type Condition = Pick<PutItemCommand['input'], 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** The conditions that the gate's store writes; another one is an error here. */
function holds(row: Row | undefined, { ConditionExpression, ExpressionAttributeValues }: Condition): boolean {
  if (ConditionExpression === undefined) return true;
  return ConditionExpression.split(' OR ').some((part) => {
    const absent = /^attribute_not_exists\((\w+)\)$/.exec(part)?.[1];
    if (absent !== undefined) return row?.[absent] === undefined;
    const [, name = '', sign, value = ''] = /^(\w+) (=|<=) (:\w+)$/.exec(part) ?? [];
    if (sign === undefined) throw new Error(`the memory table does not know «${part}»`);
    const [held, asked] = [row?.[name]?.N, ExpressionAttributeValues?.[value]?.N];
    if (held === undefined || asked === undefined) return false;
    return sign === '=' ? Number(held) === Number(asked) : Number(held) <= Number(asked);
  });
}

/** What happens to one attempt of the SDK; probabilities. */
export type TableFaults = {
  readonly latencyMs: readonly [number, number];
  /** Answered with an error at once. */
  readonly throttled: number;
  /** Never arrives. */
  readonly requestLost: number;
  /** Done, but the answer never arrives. */
  readonly replyLost: number;
  /** Done seconds after the caller gave up. */
  readonly late: number;
};

export const calmTable: TableFaults = { latencyMs: [2, 8], throttled: 0, requestLost: 0, replyLost: 0, late: 0 };

/** As in lib/live/enkash.ts: a second each, two attempts. */
const ATTEMPT_MS = 1_000;
const ATTEMPTS = 2;
/** A strongly consistent read of 4 kB. */
const UNIT_BYTES = 4_096;

class Throttled extends Error {
  override readonly name = 'ProvisionedThroughputExceededException';
}

/** Counts reads of each partition and throttles above `unitsPerSecond`, as DynamoDB does. */
export function createReadLimit(now: () => number, unitsPerSecond: number) {
  const seconds = new Map<string, { second: number; units: number }>();
  const stats = { throttled: 0 };
  return {
    stats,
    take(key: object | undefined, answer: object): boolean {
      if (unitsPerSecond === Number.POSITIVE_INFINITY) return true;
      const partition = JSON.stringify(key);
      const bytes = JSON.stringify(answer).length;
      const second = Math.floor(now() / 1000);
      const known = seconds.get(partition);
      const used = known?.second === second ? known.units : 0;
      const units = Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      if (used + units > unitsPerSecond) {
        stats.throttled += 1;
        return false;
      }
      seconds.set(partition, { second, units: used + units });
      return true;
    },
  };
}

export type ReadLimit = ReturnType<typeof createReadLimit>;

/** The way to the table as the SDK client of one process sees it: attempts, time-outs, and answers that get lost. */
export function createDynamoClient(
  clock: Clock,
  random: Random,
  table: Send,
  faults: () => TableFaults | 'down',
  limit: ReadLimit,
): Send {
  async function apply(command: Command): Promise<object> {
    const answer = await table(command);
    if (!(command instanceof GetItemCommand)) return answer;
    if (!limit.take(command.input.Key, answer)) throw new Throttled();
    return answer;
  }

  async function attempt(command: Command): Promise<object> {
    const fault = faults();
    if (fault === 'down') {
      await clock.sleep(ATTEMPT_MS);
      throw new Error('time-out');
    }
    const there = random.between(...fault.latencyMs) / 2;
    const back = random.between(...fault.latencyMs) / 2;
    if (random.chance(fault.throttled)) {
      await clock.sleep(there + back);
      throw new Throttled();
    }
    const lost = random.chance(fault.replyLost);
    if (random.chance(fault.late)) {
      clock.after(random.between(ATTEMPT_MS, 4 * ATTEMPT_MS), () => void apply(command).catch(() => undefined));
    } else if (!random.chance(fault.requestLost)) {
      await clock.sleep(there);
      const answer = await settle(apply(command));
      if (there + back < ATTEMPT_MS && !lost) {
        await clock.sleep(back);
        if (answer.ok) return answer.value;
        throw answer.error;
      }
    }
    await clock.sleep(ATTEMPT_MS - there);
    throw new Error('time-out');
  }

  return async (command) => {
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        return await attempt(command);
      } catch (error) {
        if (left === 0 || error instanceof ConditionalCheckFailedException) throw error;
        await clock.sleep(random.between(20, 100));
      }
    }
  };
}

type Settled = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly error: unknown };

async function settle(work: Promise<object>): Promise<Settled> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    return { ok: false, error };
  }
}
