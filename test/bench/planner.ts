/** Run as a process of its own, for its memory: plans one slot of `count` watched accounts and prints what it took. */
import type { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { noTally } from '../../lib/balances/job-store.ts';
import { SHARDS } from '../../lib/balances/keys.ts';
import { createTable } from '../../lib/balances/table.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import { slotText } from '../../lib/instants.ts';
import { createTimetable, slotsBetween } from '../../lib/slots.ts';
import { type PlanDeps, planShard } from '../../lib/snapshots/plan-slot.ts';
import { createSend } from '../../lib/snapshots/snapshot-queue.ts';

const count = Number(process.argv[2]);
const perShard = Math.ceil(count / SHARDS);
let queries = 0;
let messages = 0;

const text = (value: string) => ({ S: value });
const number = (value: number) => ({ N: `${value}` });
/** Rows made as they are asked for: the registry itself is not in memory. */
const dynamo = {
  send: async ({ input }: QueryCommand) => {
    queries += 1;
    const { Limit = 0, ExclusiveStartKey, ExpressionAttributeValues: values } = input;
    const first = Number(ExclusiveStartKey?.sk?.S?.split('#CA')[1] ?? -1) + 1;
    const last = Math.min(perShard, first + Limit);
    const pk = values?.[':pk'] ?? text('');
    const Items = Array.from({ length: last - first }, (_, index) => ({
      pk,
      sk: text(`CEKBENCH01#CA${String(first + index).padStart(8, '0')}`),
      v: number(1),
      partner: text('acme'),
      caller: text('acme-erp'),
      since: number(0),
      start: number(0),
      ed: number(1),
      rev: number(1),
    }));
    return last < perShard ? { Items, LastEvaluatedKey: { pk, sk: Items.at(-1)?.sk } } : { Items };
  },
} as unknown as DynamoDBClient;
const sqs = {
  send: async ({ input }: SendMessageBatchCommand) => {
    messages += input.Entries?.length ?? 0;
    return {};
  },
} as unknown as SQSClient;

const sleep = async (): Promise<void> => {};
const timetable = createTimetable(900, 300);
const [slot = 0] = slotsBetween(timetable, { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2026-01-02') });
const started = performance.now();
const deps: PlanDeps = {
  watches: createWatchStore(createTable({ client: dynamo, tableName: 'bench', sleep })),
  quota: { giveBack: async () => {} },
  timetables: { eras: async () => [{ from: 0, timetable }], begin: async () => {} },
  partnerOf: () => 'acme',
  runs: { begin: async () => true, planned: async () => true, runs: async () => [], newest: async () => [] },
  jobs: {
    begin: async () => ({ kind: 'begun', progress: { shard: 0, after: undefined, tally: noTally } }),
    keep: async () => true,
    done: async () => true,
    allDone: async () => undefined,
  },
  send: createSend(sqs, 'https://sqs.invalid/queue', sleep),
  sendJobs: async () => {},
  sendAgain: async () => {},
  timetable,
  now: () => slot,
  newOwner: () => 'bench',
  log: () => {},
  metric: () => {},
};
for (let shard = 0; shard < SHARDS; shard += 1) {
  await planShard(deps, { v: 1, kind: 'plan', at: slotText(slot), part: shard, of: SHARDS }, Number.POSITIVE_INFINITY);
}
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, messages, queries, peakMb: process.resourceUsage().maxRSS / 1_024 }));
