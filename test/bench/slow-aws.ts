/**
 * Run as a process of its own: DynamoDB and SQS as planner, worker, reconciler and history ask them, on a socket, each
 * answer after 8 ms. A registry of `accounts`, each measured in every quarter-hour; with 0 nothing is stored yet.
 * GET says how many requests there were.
 */
import { createServer } from 'node:http';
import { bytesOf } from './counted-dynamo.ts';

const LATENCY_MS = 8;
/** DynamoDB ends a page of a Query there. */
const PAGE_BYTES = 1_000_000;
const QUARTER_MS = 900_000;
const [accounts = 0, slot = 0] = process.argv.slice(2).map(Number);
const text = (value: string) => ({ S: value });
const number = (value: number) => ({ N: `${value}` });
const pad = (index: number) => String(index).padStart(8, '0');
const slotText = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

const measured = {
  ...{ v: number(1), status: text('measured'), at: number(slot + 2_000), type: text('EMPLOYEE_REWARDS') },
  ...{ ct: number(34), ca: number(33), b: number(89_813_800), bc: number(9_241_544), bu: number(-99_055_344) },
  ...{ bl: number(0), pa: number(10_790_000), pr: number(2_300_492), pam: number(2_000), prm: number(70_000) },
};
const watch = {
  ...{ v: number(1), partner: text('acme'), caller: text('erp'), since: number(0), start: number(0) },
  ...{ ed: number(1), rev: number(1) },
};

type Keyed = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
type Query = {
  readonly ExpressionAttributeValues: Readonly<Record<string, { readonly S: string }>>;
  readonly ExclusiveStartKey?: Keyed;
  readonly Limit?: number;
};

/** Rows are made as they are asked for. */
function query({ ExpressionAttributeValues: values, ExclusiveStartKey: after, Limit = 1e6 }: Query) {
  const pk = values[':pk']?.S ?? '';
  if (pk.startsWith('account#')) {
    const first = Date.parse((after?.sk.S ?? values[':first']?.S ?? '').slice('slot#'.length)) + (after ? 1_000 : 0);
    const last = Date.parse((values[':last']?.S ?? '').slice('slot#'.length));
    const from = Math.ceil(first / QUARTER_MS);
    const row = (index: number) => ({
      ...{ pk: text(pk), sk: text(`slot#${slotText((from + index) * QUARTER_MS)}`) },
      ...{ ...measured, at: number((from + index) * QUARTER_MS + 2_000) },
    });
    return page(Math.max(0, Math.floor(last / QUARTER_MS) - from + 1), Limit, row);
  }
  if (!pk.startsWith('watch#')) return { Items: [] };
  const from = Number(after?.sk.S.split('#CA')[1] ?? -1) + 1;
  return page(accounts - from, Limit, (index) => ({
    ...{ pk: text(pk), sk: text(`CEKBENCH01#CA${pad(from + index)}`), ...watch },
  }));
}

function page(count: number, limit: number, row: (index: number) => Keyed) {
  const most = Math.min(limit, Math.floor(PAGE_BYTES / bytesOf(row(0))));
  const Items = Array.from({ length: Math.min(count, most) }, (_, index) => row(index));
  const last = Items.at(-1);
  return last && count > Items.length ? { Items, LastEvaluatedKey: { pk: last.pk, sk: last.sk } } : { Items };
}

function batchGet(input: { RequestItems: Record<string, { Keys: readonly Keyed[] }> }) {
  const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(input.RequestItems);
  // Nobody has a rule, so nobody has an alerts row; and no day is closed yet.
  const found = accounts === 0 ? [] : Keys.filter(({ sk }) => sk.S !== 'alerts' && !sk.S.startsWith('day#'));
  return {
    Responses: { [table]: found.map((key) => ({ ...key, ...measured, ms: number(slot), slot: number(slot) })) },
  };
}

function getItem({ Key }: { Key: Keyed }) {
  return Key.pk.S.startsWith('watch#') ? { Item: { ...Key, ...watch } } : {};
}

const answers: Readonly<Record<string, (input: never) => object>> = {
  Query: query,
  BatchGetItem: batchGet,
  GetItem: getItem,
};
let requests = 0;
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end(JSON.stringify({ requests }));
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    requests += 1;
    const action = `${request.headers['x-amz-target']}`.split('.')[1] ?? '';
    const body = JSON.stringify(answers[action]?.(JSON.parse(Buffer.concat(chunks).toString()) as never) ?? {});
    setTimeout(() => response.setHeader('content-type', 'application/x-amz-json-1.0').end(body), LATENCY_MS);
  });
}).listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
