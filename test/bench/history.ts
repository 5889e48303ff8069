import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createDayStore } from '../../lib/balances/day-store.ts';
import { slotHistory } from '../../lib/balances/history.ts';
import { queries } from '../../lib/balances/keys.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createTable } from '../../lib/balances/table.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import { createTimetable, slotsBetween } from '../../lib/slots.ts';
import { always } from '../../lib/timetables.ts';
import { median } from './median.ts';

const TableName = 'bench-history';
const account = { companyId: 'CEKBENCH01', cardAccountId: 'CA1' };
const ROUNDS = 15;

/** A month of 15-minute slots in dynalite, read by our own code and by the bare query, in turn. */
export async function measureHistory(): Promise<{
  readonly requests: number;
  readonly ratio: number;
  readonly slots: number;
}> {
  const server = dynalite({ createTableMs: 0 });
  let requests = 0;
  server.on('request', () => {
    requests += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'ap-south-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  const keys = ['pk', 'sk'];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
      KeySchema: keys.map((key, at) => ({ AttributeName: key, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    }),
  );

  const now = (): number => Date.parse('2026-02-01T00:00:00Z');
  const table = createTable({ client, tableName: TableName, sleep });
  const timetable = createTimetable(900, 300);
  const deps = {
    slots: createSlotStore(table, now),
    days: createDayStore(table),
    watches: createWatchStore(table),
    timetables: async () => always(timetable),
    now,
  };
  const span = { from: Date.parse('2026-01-01T00:00:00Z'), to: now() };
  const month = slotsBetween(timetable, span);
  const snapshot = {
    accountType: 'EMPLOYEE_REWARDS',
    cards: { total: 34, active: 34 },
    balances: { available: 89_813_800, availableOnCards: 9_241_544, usedCredit: -99_055_344, creditLimit: 0 },
    points: { allocated: 10_790_000, redeemed: 2_300_492, allocatedThisMonth: 2_000, redeemedThisMonth: 70_000 },
  };
  for (const slot of month) {
    await deps.slots.put(account, { slot, status: 'measured', observedAt: slot + 2_000, snapshot });
  }

  const { condition, values } = queries.slots(account, span);
  const bare = new QueryCommand({
    TableName,
    KeyConditionExpression: condition,
    ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }])),
  });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const ratios: number[] = [];
  let counted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = requests;
    const ours = await timed(() => slotHistory(deps, account, span, 3_000));
    counted = requests - before;
    ratios.push(ours / (await timed(() => client.send(bare))));
  }
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { requests: counted, ratio: median(ratios.slice(3)), slots: month.length };
}
