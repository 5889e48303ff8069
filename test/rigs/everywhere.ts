import { createHandler as createBatch } from '../../functions/batch-get-card-accounts.ts';
import { createHandler as createDeliver } from '../../functions/deliver-webhooks.ts';
import { createHandler as createBalances } from '../../functions/get-balances.ts';
import { createHandler as createGet } from '../../functions/get-card-account.ts';
import { createHandler as createDropIn } from '../../functions/get-card-account-drop-in.ts';
import { createHandler as createCompanyBalances } from '../../functions/get-company-balances.ts';
import { createHandler as createList } from '../../functions/list-card-accounts.ts';
import { createHandler as createListEvents } from '../../functions/list-events.ts';
import { createHandler as createNotify } from '../../functions/notify-people.ts';
import { createHandler as createRecord } from '../../functions/record-events.ts';
import type { AccountKey } from '../../lib/account-key.ts';
import { createPublish } from '../../lib/alerts/bus.ts';
import { createSendMail } from '../../lib/alerts/mail.ts';
import type { ApiHandler } from '../../lib/api/api-handler.ts';
import { createDayStore } from '../../lib/balances/day-store.ts';
import { createEventStore } from '../../lib/balances/event-store.ts';
import { createKnownAccounts } from '../../lib/balances/known-accounts.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import type { TransportResult } from '../../lib/enkash/transport.ts';
import { createLog } from '../../lib/log.ts';
import { createMetric } from '../../lib/metrics.ts';
import type { Delivery } from '../../lib/webhooks/deliver.ts';
import { startClient } from './client-rig.ts';
import { claimsOf, context } from './function-rig.ts';
import { createMemoryTable } from './memory-table.ts';
import { alwaysQuarterHours, midnight, rule, watchOf } from './samples.ts';
import { createWorker } from './worker.ts';

/** What left the service, by the door it left through. */
export type Outputs = ReadonlyMap<string, string>;

const scopes = 'card-accounts/read card-accounts/full';
const always = { confirmations: 1, below: 10 ** 15 - 1, recoverAt: 10 ** 15 - 1 };
/** The SDK's client, of which one command at a time is looked at. */
type Input = Readonly<Record<string, never>>;
const client = (take: (input: Input) => void) => {
  const send = async ({ input }: { input: Input }) => {
    take(input);
    return { FailedEntryCount: 0 };
  };
  return { send } as never;
};

/**
 * One account through every door of the service: each view, batch, list, both histories as JSON and CSV, rows of the table,
 * an event on the bus, as mail, as webhook and in `GET /v1/events`, and every line of log and metrics. Production functions
 * over a table in memory; EnKash is one reply, then another to a read that fails.
 */
export async function sendEverywhere(
  account: AccountKey,
  reply: TransportResult,
  failure: TransportResult,
): Promise<Outputs> {
  const outputs = new Map<string, string>();
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const table = createMemoryTable();
  let answer = reply;
  const rig = startClient(() => answer, {
    onDropped(fields) {
      for (const field of fields) metric('FieldsDropped', 1, { field });
    },
  });
  rig.clock.ms = midnight + 2_000;
  const now = () => rig.clock.ms;
  const log = createLog(write, now);
  const metric = createMetric(write, 'test', now);
  const grants = { erp: { grants: [{ partner: 'acme', companyId: account.companyId }] } };
  const known = createKnownAccounts(table);
  const events = createEventStore(table);
  const latest = createLatestStore(table);
  const fed: Promise<void>[] = [];
  const http = { callers: { 'client-1': 'erp' }, grants, now, log, metric };
  const stored = { slots: createSlotStore(table, now), days: createDayStore(table), watches: createWatchStore(table) };
  const history = { ...http, ...stored, known, timetables: async () => alwaysQuarterHours };
  const live = {
    ...http,
    enkash: rig.client,
    latest,
    known,
    later: (work: () => Promise<void>) => void fed.push(work()),
  };

  async function ask(door: string, handler: ApiHandler, changes: object): Promise<void> {
    const event = { ...request, ...changes };
    const { statusCode, headers, body } = await handler(event, context);
    outputs.set(door, body);
    outputs.set(`${door}, its head`, JSON.stringify({ statusCode, headers }));
  }

  const post = { httpMethod: 'POST', headers: { 'Content-Type': 'application/json' } };
  const path = { pathParameters: account };
  const ofCompany = { pathParameters: { companyId: account.companyId } };
  const [get, dropIn] = [createGet(live), createDropIn(live)];
  await ask('summary', get, path);
  await ask('full', get, { ...path, ...query({ view: 'full' }) });
  await ask('drop-in', dropIn, { ...post, body: JSON.stringify(account) });
  await ask('batch', createBatch(live), { ...post, body: JSON.stringify({ accounts: [account] }) });
  await Promise.all(fed);

  await stored.watches.put(watchOf(account), undefined);
  const bus: string[] = [];
  const worker = createWorker(table);
  const entries = client(({ Entries }) => bus.push(...Array.from(Entries ?? [], ({ Detail }) => Detail)));
  await worker.take([{ cardAccountId: account.cardAccountId, rule: { ...rule, ...always } }], {
    enkash: rig.client,
    log,
    publish: createPublish({ client: entries, busName: 'bus', titlesOf: known.titles }),
  });
  outputs.set('bus', bus.join('\n'));

  const mails = client(({ Subject, Message, MessageAttributes }) => {
    outputs.set('mail, its subject', String(Subject));
    outputs.set('mail', String(Message));
    outputs.set('mail, its attributes', JSON.stringify(MessageAttributes));
  });
  const notify = createNotify({ sendMail: createSendMail(mails, 'arn'), log, metric });
  const record = createRecord({ events, log, now });
  const waiting: Delivery[] = [];
  const deliver = createDeliver({
    ...{ grants, log, metric, now },
    subscriptions: { erp: { url: 'https://hooks.example.com/', secretId: 's' } },
    secretsOf: async () => [],
    async send(_url, { id, body }) {
      outputs.set('webhook', body);
      outputs.set('webhook, its id', id);
      return { outcome: 'delivered', status: 204 };
    },
    switches: { isOff: async () => false, turnOff: async () => {}, turnOn: async () => {} },
    enqueue: async (deliveries) => void waiting.push(...deliveries),
    delay: async () => {},
  });
  for (const text of bus) {
    const detail: unknown = JSON.parse(text);
    await notify({ detail }, context);
    await record({ detail }, context);
    await deliver(queued(text), context);
  }
  for (const delivery of waiting) await deliver(queued(JSON.stringify(delivery)), context);

  rig.clock.ms += 3_600_000;
  const csv = { headers: { Accept: 'text/csv' } };
  await ask('list', createList({ ...http, known, readRows: createReadRows(table) }), ofCompany);
  await ask('events', createListEvents({ ...http, events }), query({ companyId: account.companyId }));
  for (const [name, handler, how] of [
    ['slots', createBalances(history), path],
    ['days', createBalances(history), { ...path, ...query({ interval: 'day' }) }],
    ['company', createCompanyBalances(history), ofCompany],
  ] as const) {
    await ask(name, handler, how);
    await ask(`${name} as CSV`, handler, { ...how, ...csv });
  }

  answer = failure;
  await ask('failure', get, path);
  await ask('failure of the drop-in', dropIn, { ...post, body: JSON.stringify(account) });
  for (const [pk, rows] of table.partitions) outputs.set(`rows of ${pk}`, JSON.stringify([...rows.values()]));
  outputs.set('log', lines.join('\n'));
  return outputs;
}

const request = {
  ...{ resource: '/v1/x', httpMethod: 'GET', headers: {}, pathParameters: null, body: null, isBase64Encoded: false },
  requestContext: { requestId: 'r-1', authorizer: { claims: claimsOf(scopes) } },
};

function query(parameters: Readonly<Record<string, string>>): object {
  const lists = Object.entries(parameters).map(([name, value]) => [name, [value]]);
  return { queryStringParameters: parameters, multiValueQueryStringParameters: Object.fromEntries(lists) };
}

function queued(body: string): object {
  const attributes = { ApproximateReceiveCount: '1' };
  return { Records: [{ messageId: 'm', receiptHandle: 'r', body, attributes }] };
}
