/** Run as a process of its own: DynamoDB and SQS as planner and reconciler ask them, on a socket, each answer after 8 ms. */
import { createServer } from 'node:http';

const LATENCY_MS = 8;
const PAGE = 1_000;
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

type Keyed = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };

/** The registry's rows are made as they are asked for; an account's slots are a day of quarter-hours. */
function query(input: { ExpressionAttributeValues: Record<string, { S: string }>; ExclusiveStartKey?: Keyed }) {
  const pk = input.ExpressionAttributeValues[':pk']?.S ?? '';
  if (pk.startsWith('account#')) {
    const Items = Array.from({ length: 96 }, (_, index) => ({
      ...{ pk: text(pk), sk: text(`slot#${slotText(slot - index * 900_000)}`) },
      ...measured,
    }));
    return { Items };
  }
  if (!pk.startsWith('watch#')) return { Items: [] };
  const first = Number(input.ExclusiveStartKey?.sk.S.split('#CA')[1] ?? -1) + 1;
  const last = Math.min(accounts, first + PAGE);
  const Items = Array.from({ length: last - first }, (_, index) => ({
    ...{ pk: text(pk), sk: text(`CEKBENCH01#CA${pad(first + index)}`), v: number(1), partner: text('acme') },
    ...{ caller: text('erp'), since: number(0), start: number(0), ed: number(1), rev: number(1) },
  }));
  return last < accounts ? { Items, LastEvaluatedKey: { pk: text(pk), sk: Items.at(-1)?.sk } } : { Items };
}

function batchGet(input: { RequestItems: Record<string, { Keys: readonly Keyed[] }> }) {
  const [[table, { Keys }] = ['', { Keys: [] }]] = Object.entries(input.RequestItems);
  const found = Keys.filter(({ sk }) => !sk.S.startsWith('day#'));
  return {
    Responses: { [table]: found.map((key) => ({ ...key, ...measured, ms: number(slot), slot: number(slot) })) },
  };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(chunks).toString());
    const action = `${request.headers['x-amz-target']}`.split('.')[1];
    const answers: Record<string, () => object> = { Query: () => query(input), BatchGetItem: () => batchGet(input) };
    const body = JSON.stringify(answers[action ?? '']?.() ?? {});
    setTimeout(() => response.setHeader('content-type', 'application/x-amz-json-1.0').end(body), LATENCY_MS);
  });
}).listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
