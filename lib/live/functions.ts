import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createPublish } from '../alerts/bus.ts';
import { createAlertsStore } from '../balances/alerts-store.ts';
import { createDayStore } from '../balances/day-store.ts';
import { createJobStore } from '../balances/job-store.ts';
import { createKnownAccounts } from '../balances/known-accounts.ts';
import { createLatestStore } from '../balances/latest-store.ts';
import { createReadRows } from '../balances/read-rows.ts';
import { createReadingsStore } from '../balances/readings-store.ts';
import { createRequestTable } from '../balances/request-table.ts';
import { createRunStore } from '../balances/run-store.ts';
import { createSlotStore } from '../balances/slot-store.ts';
import { createTable, type Table } from '../balances/table.ts';
import { createReadTimetables, createTimetableStore } from '../balances/timetable-store.ts';
import { createWatchQuota } from '../balances/watch-quota.ts';
import { GRID_MS } from '../balances/watch-spans.ts';
import { createWatchStore } from '../balances/watch-store.ts';
import { AFTER_ANSWER_MS, JOB_SDK, TABLE_PATIENCE_MS } from '../budgets.ts';
import { awsRuntime, type EnvSource, envSchemas, readEnv } from '../env.ts';
import { partnersByGrants } from '../grants.ts';
import { describeUnexpected } from '../log.ts';
import { createTimetable } from '../slots.ts';
import type { SendJobs } from '../snapshots/job-message.ts';
import { createPacers } from '../snapshots/pacer.ts';
import { createDelay, createSend, createSendAgain, createSendJobs } from '../snapshots/snapshot-queue.ts';
import { createDynamo } from './dynamo.ts';
import { type LiveOptions, liveDynamo, liveEnkash, liveGrants, liveHttp, liveTelemetry } from './enkash.ts';
import { sdkLimits } from './sdk-limits.ts';

const jobLimits = sdkLimits(JOB_SDK);

/** For the functions that a caller waits for. */
function liveRequestTable(tableName: string, client: DynamoDBClient): Table {
  return createRequestTable(createTable({ client, tableName, sleep, patienceMs: TABLE_PATIENCE_MS }));
}

/** For planner, worker and reconciler. */
function liveJobTable(tableName: string, source?: EnvSource): Table {
  return createTable({ client: createDynamo({ ...awsRuntime(source), ...jobLimits }), tableName, sleep });
}

/** For one account and for a batch: both read the same variables. As each builder of this file and of lib/live/enkash.ts. @throws Error that names the variable that is missing or wrong */
export function liveCardAccountDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['get-card-account'], options.env);
  const http = liveHttp(env, options);
  const dynamo = liveDynamo(options.env);
  const table = liveRequestTable(env.BALANCES_TABLE, dynamo);
  return {
    ...http,
    enkash: liveEnkash({ env, telemetry: http, source: options.env, dynamo }),
    latest: createLatestStore(table),
    known: createKnownAccounts(table),
    // The store's own limits end it; Lambda may freeze it and let it end with the next request.
    later: (work: () => Promise<void>) => {
      const start = () => work().catch((error: unknown) => http.log('warn', 'feed', describeUnexpected(error)));
      setTimeout(start, AFTER_ANSWER_MS);
    },
  };
}

export function liveListDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['list-card-accounts'], options.env);
  const table = liveRequestTable(env.BALANCES_TABLE, liveDynamo(options.env));
  return { ...liveHttp(env, options), known: createKnownAccounts(table), readRows: createReadRows(table) };
}

export function liveCompanyBalancesDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['get-company-balances'], options.env);
  const table = liveRequestTable(env.BALANCES_TABLE, liveDynamo(options.env));
  return { ...liveBalancesDeps(options), known: createKnownAccounts(table) };
}

export function liveBalancesDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['get-balances'], options.env);
  const table = liveRequestTable(env.BALANCES_TABLE, liveDynamo(options.env));
  return {
    ...liveHttp(env, options),
    slots: createSlotStore(table, Date.now),
    days: createDayStore(table),
    watches: createWatchStore(table),
    timetables: liveTimetables(table, env),
  };
}

type TimetableEnv = { readonly SNAPSHOT_EVERY_SECONDS: number; readonly SNAPSHOT_LATE_SECONDS: number };

const timetableOf = (env: TimetableEnv) => createTimetable(env.SNAPSHOT_EVERY_SECONDS, env.SNAPSHOT_LATE_SECONDS);

const liveTimetables = (table: Table, env: TimetableEnv) => createReadTimetables(table, timetableOf(env), Date.now);

/** For one account and for many at once: both read the same variables. */
export function liveWatchDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['watch-card-account'], options.env);
  const http = liveHttp(env, options);
  const dynamo = liveDynamo(options.env);
  const table = liveRequestTable(env.BALANCES_TABLE, dynamo);
  return {
    ...http,
    enkash: liveEnkash({ env, telemetry: http, source: options.env, dynamo }),
    watches: createWatchStore(table),
    known: createKnownAccounts(table),
    alerts: createAlertsStore(table),
    latest: createLatestStore(table),
    quota: createWatchQuota(table, Date.now),
    maxWatched: env.MAX_WATCHED,
    gridMs: Math.min(env.SNAPSHOT_EVERY_SECONDS * 1000, GRID_MS),
    sleep: (ms: number) => sleep(ms),
    random: Math.random,
  };
}

/** The SDK would send to the host of the queue's URL, and past AWS_ENDPOINT_URL: from an emulator to AWS itself. */
const liveQueues = (source?: EnvSource) =>
  new SQSClient({ ...awsRuntime(source), ...jobLimits, useQueueUrlAsEndpoint: false });

const liveSendJobs =
  (client: SQSClient) =>
  (queueUrl: string): SendJobs =>
    createSendJobs(createSend(client, queueUrl, sleep));

export function livePlanDeps({ env: source, write, grants }: LiveOptions = {}) {
  const env = readEnv(envSchemas['plan-snapshots'], source);
  const queues = liveQueues(source);
  const table = liveJobTable(env.BALANCES_TABLE, source);
  return {
    ...liveTelemetry(env.STAGE, write),
    now: Date.now,
    newOwner: randomUUID,
    watches: createWatchStore(table),
    runs: createRunStore(table, Date.now),
    quota: createWatchQuota(table, Date.now),
    timetables: createTimetableStore(table),
    partnerOf: partnersByGrants(liveGrants(grants)),
    jobs: createJobStore(table, Date.now),
    send: createSend(queues, env.SNAPSHOT_QUEUE_URL, sleep),
    sendJobs: liveSendJobs(queues)(env.PLAN_JOBS_URL),
    sendAgain: createSendAgain([env.PLAN_JOBS_URL], liveSendJobs(queues)),
    timetable: timetableOf(env),
  };
}

/** The bus, with the titles that the table knows. */
function livePublish(table: Table, busName: string, source?: EnvSource) {
  const client = new EventBridgeClient({ ...awsRuntime(source), ...jobLimits });
  return createPublish({ client, busName, titlesOf: createKnownAccounts(table).titles });
}

export function liveTakeDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas['take-snapshot'], source);
  const table = liveJobTable(env.BALANCES_TABLE, source);
  const telemetry = liveTelemetry(env.STAGE, write);
  return {
    ...telemetry,
    now: Date.now,
    readRows: createReadRows(table),
    slots: createSlotStore(table, Date.now),
    latest: createLatestStore(table),
    alerts: createAlertsStore(table),
    enkash: liveEnkash({ env, telemetry, source }),
    publish: livePublish(table, env.EVENT_BUS_NAME, source),
    paceOf: createPacers(env.PARTNER_RATES, env.SNAPSHOT_MAX_CONCURRENCY, { now: Date.now, sleep }),
    delay: createDelay(liveQueues(source), env.SNAPSHOT_QUEUE_URL),
  };
}

export function liveReconcileDeps({ env: source, write, grants: given }: LiveOptions = {}) {
  const env = readEnv(envSchemas['reconcile-snapshots'], source);
  const queues = liveQueues(source);
  const grants = liveGrants(given);
  const urls = [env.CLOSE_JOBS_URL, env.BACKLOG_JOBS_URL];
  const table = liveJobTable(env.BALANCES_TABLE, source);
  return {
    ...liveTelemetry(env.STAGE, write),
    now: Date.now,
    readRows: createReadRows(table),
    slots: createSlotStore(table, Date.now),
    days: createDayStore(table),
    latest: createLatestStore(table),
    watches: createWatchStore(table),
    runs: createRunStore(table, Date.now),
    publish: livePublish(table, env.EVENT_BUS_NAME, source),
    alerts: createAlertsStore(table),
    readings: createReadingsStore(table),
    jobs: createJobStore(table, Date.now),
    quota: createWatchQuota(table, Date.now),
    partnerOf: partnersByGrants(grants),
    callers: Object.keys(grants),
    newOwner: randomUUID,
    sendJobs: liveSendJobs(queues)(env.CLOSE_JOBS_URL),
    sendBacklog: liveSendJobs(queues)(env.BACKLOG_JOBS_URL),
    sendAgain: createSendAgain(urls, liveSendJobs(queues)),
    timetables: liveTimetables(table, env),
    graceMs: env.SNAPSHOT_GRACE_SECONDS * 1000,
  };
}
