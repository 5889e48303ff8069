import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach } from 'vitest';
import { createHandler as createBalances } from '../../functions/get-balances.ts';
import { createHandler as createList } from '../../functions/list-card-accounts.ts';
import { createHandler as createWatch } from '../../functions/watch-card-account.ts';
import { createHandler as createWatchCompany } from '../../functions/watch-company.ts';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { createDayStore } from '../../lib/balances/day-store.ts';
import { createKnownAccounts } from '../../lib/balances/known-accounts.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createWatchQuota } from '../../lib/balances/watch-quota.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import { AccountNotFoundError } from '../../lib/errors.ts';
import { startTable } from './dynamo.ts';
import { claimsOf, context } from './function-rig.ts';
import { account, alwaysQuarterHours, MINUTE, midnight, snapshotWith } from './samples.ts';

export const { table } = await startTable();
export const QUARTER = 15 * MINUTE;
/** What a test of the routes may change, and what it looks at; as new for each test. */
export const stage = { now: 0, reads: 0, enkashHas: true, states: true, lines: [] as string[] };

const common = {
  callers: { 'client-1': 'erp', 'client-2': 'other' },
  grants: {
    erp: { grants: [{ partner: 'acme', companyId: account.companyId }] },
    other: { grants: [{ partner: 'acme', companyId: 'CEKOTHER01' }] },
  },
  log: (_level: string, _event: string, fields: object) => void stage.lines.push(JSON.stringify(fields)),
  metric: () => {},
  now: () => stage.now,
};
export const slots = createSlotStore(table, () => stage.now);
export const watches = createWatchStore(table);
export const known = createKnownAccounts(table);
export const alerts = createAlertsStore(table);
export const latest = createLatestStore(table);
const watching = {
  ...common,
  watches,
  known,
  alerts,
  latest,
  quota: createWatchQuota(table, () => stage.now),
  maxWatched: 2,
  gridMs: 1_000,
  sleep,
  random: Math.random,
  enkash: {
    async readSummary({ companyId, cardAccountId }: { companyId: string; cardAccountId: string }) {
      stage.reads += 1;
      if (!stage.enkashHas) throw new AccountNotFoundError();
      const names = { companyName: 'Test Rewards', accountTitle: null };
      const { balances, ...rest } = snapshotWith(1);
      const stated = stage.states ? balances : { ...balances, availableOnCards: null };
      return { account: { companyId, cardAccountId, ...names, ...rest, balances: stated }, observedAt: stage.now };
    },
  },
};
const handlers = {
  balances: createBalances({
    ...common,
    slots,
    days: createDayStore(table),
    watches,
    timetables: async () => alwaysQuarterHours,
  }),
  list: createList({ ...common, known, readRows: createReadRows(table) }),
  watch: createWatch(watching),
  watchCompany: createWatchCompany(watching),
};

type Ask = {
  method?: string;
  query?: Record<string, string>;
  body?: unknown;
  path?: object;
  client?: string;
  scope?: string;
  headers?: Record<string, string>;
};

/** Calls a route as API Gateway would. */
export async function ask(
  route: keyof typeof handlers,
  {
    method = 'GET',
    query,
    body,
    path,
    client = 'client-1',
    headers = {},
    scope = 'card-accounts/read card-accounts/watch',
  }: Ask = {},
) {
  const event = {
    resource: '/v1/x',
    httpMethod: method,
    headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
    pathParameters: path ?? (route === 'list' || route === 'watchCompany' ? { companyId: account.companyId } : account),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query
      ? Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]))
      : null,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { requestId: 'r-1', authorizer: { claims: claimsOf(scope, client) } },
  };
  const answer = await handlers[route](event, context);
  const { statusCode, body: text } = answer;
  const etag = answer.headers?.etag;
  return { status: statusCode, body: text === '' ? undefined : JSON.parse(text), ...(etag && { etag }) };
}

beforeEach(() => {
  Object.assign(stage, { now: midnight + 2 * QUARTER + 300_000, reads: 0, enkashHas: true, states: true, lines: [] });
});
