import { setTimeout as sleep } from 'node:timers/promises';
import { SNSClient } from '@aws-sdk/client-sns';
import { createSendMail } from '../alerts/mail.ts';
import { createEventStore } from '../balances/event-store.ts';
import { createRequestTable } from '../balances/request-table.ts';
import { createTable } from '../balances/table.ts';
import { JOB_SDK } from '../budgets.ts';
import { awsRuntime, type EnvSource, envSchemas, readEnv } from '../env.ts';
import { type LiveOptions, liveDynamo, liveHttp, liveTelemetry } from './enkash.ts';
import { sdkLimits } from './sdk-limits.ts';

const jobLimits = sdkLimits(JOB_SDK);

function liveTable(tableName: string, source?: EnvSource) {
  return createTable({ client: liveDynamo(source), tableName, sleep });
}

/** As each builder of this folder. @throws Error that names the variable that is missing or wrong */
export function liveNotifyDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas['notify-people'], source);
  const client = new SNSClient({ ...awsRuntime(source), ...jobLimits });
  return { ...liveTelemetry(env.STAGE, write), sendMail: createSendMail(client, env.BALANCE_TOPIC_ARN) };
}

export function liveRecordDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas['record-events'], source);
  const events = createEventStore(liveTable(env.BALANCES_TABLE, source));
  return { ...liveTelemetry(env.STAGE, write), now: Date.now, events };
}

export function liveEventsDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['list-events'], options.env);
  const table = createRequestTable(liveTable(env.BALANCES_TABLE, options.env));
  return { ...liveHttp(env, options), events: createEventStore(table) };
}
