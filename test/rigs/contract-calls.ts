import { setTimeout } from 'node:timers/promises';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { examples } from '../../lib/api/routes/examples.ts';
import { routes } from '../../lib/api/routes/routes.ts';
import { toAttributeValues } from '../../lib/balances/codec.ts';
import { dayAttributes } from '../../lib/balances/day-row.ts';
import { keys } from '../../lib/balances/keys.ts';
import { daySpan } from '../../lib/calendar.ts';
import { watchAndWait } from '../local/snapshot-demo.ts';
import { type Stage, startStage } from '../local/stage.ts';
import { fetchToken, readAccount } from '../local/stage-client.ts';

/** A call that any client of the contract can make, in the words of the document. */
export type ContractCall = {
  readonly name: string;
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  readonly status: number;
};

const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const overdrawn = { companyId: 'CEKTEST001', cardAccountId: 'CATEST004' };
const missing = { companyId: 'CEKTEST001', cardAccountId: 'CANOTTHERE' };
const onAccount = { method: 'GET', path: '/v1/companies/{companyId}/card-accounts/{cardAccountId}' } as const;
const days = { from: '2026-03-01', to: '2026-03-02' };

/** One call for each shape that the contract can answer, the failures among them. */
export function contractCalls(now: Date): readonly ContractCall[] {
  return allCalls(now).filter(({ operationId }) => routes.some((route) => route.operationId === operationId));
}

const bodyOf = (operationId: string): object => examples[operationId]?.body ?? {};

function allCalls(now: Date): readonly ContractCall[] {
  const at = now.toISOString();
  const read = { operationId: 'getCardAccount', ...onAccount };
  const history = {
    operationId: 'getBalances',
    method: 'GET',
    path: `${onAccount.path}/balances`,
    pathParameters: account,
    status: 200,
  } as const;
  const watch = { path: `${onAccount.path}/watch`, pathParameters: account } as const;
  return [
    { name: 'summary', ...read, pathParameters: account, query: { maxAge: 60 }, status: 200 },
    { name: 'full', ...read, pathParameters: account, query: { view: 'full' }, status: 200 },
    { name: 'overdrawn', ...read, pathParameters: overdrawn, status: 200 },
    { name: 'missing', ...read, pathParameters: missing, status: 404 },
    { name: 'wrong', ...read, pathParameters: account, query: { view: 'full', staleIfError: 5 }, status: 400 },
    {
      name: 'batch',
      operationId: 'batchGetCardAccounts',
      method: 'POST',
      path: '/v1/card-accounts/batch',
      body: { accounts: [account, missing], maxAge: 60 },
      status: 200,
    },
    {
      name: 'list',
      operationId: 'listCardAccounts',
      method: 'GET',
      path: '/v1/companies/{companyId}/card-accounts',
      pathParameters: { companyId: account.companyId },
      // One: the second is watched by a later call.
      query: { limit: 1 },
      status: 200,
    },
    { name: 'slots', ...history, query: { to: at, limit: 1 } },
    { name: 'days', ...history, query: { ...days, interval: 'day' } },
    { name: 'asOf', ...history, query: { at } },
    {
      name: 'company days',
      operationId: 'getCompanyBalances',
      method: 'GET',
      path: '/v1/companies/{companyId}/balances',
      pathParameters: { companyId: account.companyId },
      query: { ...days, limit: 1 },
      status: 200,
    },
    {
      name: 'watch',
      operationId: 'watchCardAccount',
      method: 'PUT',
      ...watch,
      body: bodyOf('watchCardAccount'),
      status: 200,
    },
    { name: 'watched', operationId: 'getWatch', method: 'GET', ...watch, status: 200 },
    {
      name: 'watch all',
      operationId: 'watchCompany',
      method: 'PUT',
      path: '/v1/companies/{companyId}/watch',
      pathParameters: { companyId: account.companyId },
      body: bodyOf('watchCompany'),
      status: 200,
    },
    {
      name: 'events',
      operationId: 'listEvents',
      method: 'GET',
      path: '/v1/events',
      query: { companyId: account.companyId, limit: 1 },
      status: 200,
    },
    {
      name: 'drop-in',
      operationId: 'getCardAccountDropIn',
      method: 'POST',
      path: '/api/v0/partner/enKashCard/cardAccount/get',
      body: account,
      status: 200,
    },
    { name: 'unwatch', operationId: 'unwatchCardAccount', method: 'DELETE', ...watch, status: 204 },
  ];
}

/**
 * A local stage on which every call above has something to answer: slots, a day and an event.
 * @param write where the functions' log lines go
 */
export async function startFullStage(env: NodeJS.ProcessEnv, write?: (line: string) => void): Promise<Stage> {
  Object.assign(env, { SNAPSHOT_EVERY_SECONDS: '1' });
  const stage = await startStage({ env, ...(write && { write }) });
  delete env.SNAPSHOT_EVERY_SECONDS;
  const { body } = await readAccount(stage);
  const day = { ...keys.day(account, days.from), ...dayAttributes({ day: days.from, ...measuredDay }) };
  const client = new DynamoDBClient({});
  await client.send(
    new BatchWriteItemCommand({
      RequestItems: { [stage.environment.BALANCES_TABLE]: [{ PutRequest: { Item: toAttributeValues(day) } }] },
    }),
  );
  client.destroy();
  await watchAndWait(stage, body);
  await untilEventIsListed(stage);
  return stage;
}

/** The bus has the event a little earlier than the feed that callers read. */
async function untilEventIsListed({ url, tokenUrl, callers }: Stage): Promise<void> {
  const events = contractCalls(new Date()).find(({ operationId }) => operationId === 'listEvents');
  if (!events) return;
  const token = await fetchToken(tokenUrl, callers[0]);
  const isListed = async () => (await (await send(events, url, token)).text()).includes('"eventId"');
  while (!(await isListed())) await setTimeout(100);
}

const balances = { available: 100, availableOnCards: null, usedCredit: -125_075, creditLimit: 0 };
const measuredDay = {
  coverage: { expected: 96, measured: 95, failed: 1, missed: 0 },
  range: {
    ...{ open: balances, close: balances, min: balances, max: balances },
    movements: { increase: balances, decrease: balances, complete: false },
    closeSlot: daySpan(days.from).from,
    observedAt: daySpan(days.from).from + 1_000,
  },
};

type SentCall = Pick<ContractCall, 'path' | 'pathParameters' | 'query' | 'body'> & { readonly method: string };

/** Sends a call as it is written. */
export async function send(call: SentCall, url: string, token: string): Promise<Response> {
  const { method, path, pathParameters = {}, query = {}, body } = call;
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(pathParameters[name] ?? ''));
  const target = new URL(url + filled);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, `${value}`);
  return fetch(target, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** The last call ends the watch that others are about: before all are made once more, it begins again. */
export async function watchAgain(url: string, token: string): Promise<void> {
  const watch = contractCalls(new Date()).find(({ operationId }) => operationId === 'watchCardAccount');
  if (watch) await send(watch, url, token);
}

/** Every value of an answer that is no object or list, by its path. */
export function leavesOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): [readonly (string | number)[], unknown][] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => leavesOf(inner, [...path, index]));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}
