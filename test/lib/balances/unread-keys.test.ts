import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createRequestTable } from '../../../lib/balances/request-table.ts';
import { createTable, UnreadKeysError } from '../../../lib/balances/table.ts';

type Keys = readonly { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } }[];
const rows = Array.from({ length: 250 }, (_, index) => ({ pk: `account#${index}`, sk: 'latest' }));

/** DynamoDB under load: of each request it reads so many keys, and leaves the others. */
function tableAt(readsEach: number, patienceMs?: number) {
  const asked: number[] = [];
  const pauses: number[] = [];
  const client = {
    async send(command: unknown) {
      if (!(command instanceof BatchGetItemCommand)) throw new Error('not asked for');
      const Keys = command.input.RequestItems?.balances?.Keys as unknown as Keys;
      asked.push(Keys.length);
      const left = Keys.slice(readsEach);
      return {
        Responses: { balances: Keys.slice(0, readsEach) },
        UnprocessedKeys: left.length > 0 ? { balances: { Keys: left } } : {},
      };
    },
  };
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms);
  const patience = patienceMs === undefined ? {} : { patienceMs };
  return { asked, pauses, table: createTable({ client: client as never, tableName: 'balances', sleep, ...patience }) };
}

test('keys that DynamoDB leaves unread are asked for again, after growing pauses, until each was read once', async () => {
  const { table, asked, pauses } = tableAt(40);
  const read = await table.batchGet(rows);
  expect(read.map(({ pk }) => pk).sort()).toEqual(rows.map(({ pk }) => pk).sort());
  expect(asked.toSorted((a, b) => b - a)).toEqual([100, 100, 60, 60, 50, 20, 20, 10]);
  expect(pauses.toSorted((a, b) => a - b)).toEqual([50, 50, 50, 100, 100]);
});

test('a caller waits for them a second at most, and is told to come again', async () => {
  const { table, pauses } = tableAt(0, 1_000);
  await expect(table.batchGet(rows.slice(0, 1))).rejects.toThrow(UnreadKeysError);
  expect(pauses).toEqual([50, 100, 200, 400]);
  await expect(createRequestTable(table).batchGet(rows.slice(0, 1))).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  });
});

test('a job waits longer, and fails in the end', async () => {
  const { table, pauses } = tableAt(0);
  await expect(table.batchGet(rows.slice(0, 1))).rejects.toThrow(UnreadKeysError);
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(12_750);
});
