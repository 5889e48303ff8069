import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition, Table } from '../../../lib/balances/table.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';

const dynamo = await startTable();

const names = fc.constantFrom('status', 'rev', 'at');
const values = fc.oneof(fc.constantFrom('measured', 'failed'), fc.integer({ min: 0, max: 3 }));
const simple: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant({ absent: true } as const),
  names.map((absentAttribute) => ({ absentAttribute })),
  fc.tuple(names, values).map((equals) => ({ equals })),
  fc.tuple(names, fc.integer({ min: 0, max: 3 })).map((below) => ({ below })),
  fc.tuple(names, fc.constantFrom('measured', 'failed')).map((differs) => ({ differs })),
);
const several = fc.array(simple, { minLength: 1, maxLength: 3 });
const condition = fc.oneof(
  simple,
  several.map((anyOf) => ({ anyOf })),
  fc.tuple(several, several).map(([all, any]) => ({ allOf: [...all, { anyOf: any }] })),
);
const key = fc.record({ sk: fc.constantFrom('a', 'b', 'c') });
const attributes = fc.dictionary(names, fc.oneof(values, fc.constant(null)), { maxKeys: 3 });
const operation = fc.oneof(
  fc.tuple(fc.constant('put' as const), key, attributes, fc.option(condition)),
  fc.tuple(fc.constant('update' as const), key, attributes, fc.option(condition)),
  fc.tuple(fc.constant('add' as const), key, fc.constant({ v: 1 }), fc.option(condition)),
  fc.tuple(fc.constant('get' as const), key, attributes, fc.constant(null)),
  fc.tuple(fc.constant('batchGet' as const), key, attributes, fc.constant(null)),
  fc.tuple(fc.constantFrom('query', 'consistent', 'backwards', 'only', 'within'), key, attributes, fc.constant(null)),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function perform(table: Table, pk: string, [kind, { sk }, set, when]: Operation): Promise<unknown> {
  const row = { pk, sk };
  const unless = when ?? undefined;
  const whole = { condition: 'pk = :pk', values: { ':pk': pk } };
  const within = {
    condition: 'pk = :pk AND sk BETWEEN :first AND :last',
    values: { ':pk': pk, ':first': sk, ':last': 'b' },
  };
  switch (kind) {
    case 'put':
      return table.put(row, set, unless);
    case 'update':
      return table.update(row, { set: { v: 1, ...set } }, unless);
    case 'add':
      return table.update(row, { set, add: { n: 2 } }, unless);
    case 'get':
      return table.get(row, { consistent: true });
    case 'batchGet': {
      const found = await table.batchGet(['a', 'b', 'c', 'a'].map((name) => ({ pk, sk: name })));
      return [...found].sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1));
    }
    case 'consistent':
      return table.query(whole, { consistent: true });
    case 'backwards':
      return table.query(whole, { backwards: true, limit: 2 });
    case 'only':
      return (await table.query(whole, { only: ['status', 'failed'], after: sk })).items;
    case 'within':
      return (await table.query(within)).items;
    default:
      return table.query(whole, { limit: 5 });
  }
}

describe('the balances table', () => {
  test('in memory answers and stores what DynamoDB does, for any sequence of operations', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 25 }), async (operations) => {
        run += 1;
        const memory = createMemoryTable();
        for (const each of operations) {
          expect(await perform(memory, `run${run}`, each)).toEqual(await perform(dynamo.table, `run${run}`, each));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('reads more keys than one BatchGetItem takes, each once', async () => {
    const keys = Array.from({ length: 230 }, (_, index) => ({ pk: 'many', sk: String(index) }));
    await Promise.all(keys.map((each) => dynamo.table.put(each, { v: 1 })));
    dynamo.sent.length = 0;
    expect(await dynamo.table.batchGet([...keys, ...keys])).toHaveLength(230);
    expect(dynamo.sent).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand', 'BatchGetItemCommand']);
  });
});
