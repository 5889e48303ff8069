import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { eraseAccount } from '../balances/erase.ts';
import { createTable } from '../balances/table.ts';
import { createReadTimetables } from '../balances/timetable-store.ts';
import { REQUEST_SDK } from '../budgets.ts';
import { createEnkashClient } from '../enkash/client.ts';
import { asOfNow, createCredentialSource, type PartnerCredentials } from '../enkash/credentials.ts';
import type { SessionSource } from '../enkash/session.ts';
import { createTransport } from '../enkash/transport.ts';
import { tokenEndpoint } from '../enkash-url.ts';
import { awsRuntime, type EnkashEnv, type EnvSource, envSchemas, readEnv } from '../env.ts';
import { createLoginGateStore } from '../login-gate/store.ts';
import type { OperateDeps } from '../operate/actions.ts';
import { createRecorder } from '../operate/exchanges.ts';
import { type NamedAccount, probe } from '../operate/probe.ts';
import { createTimetable } from '../slots.ts';
import {
  type LiveOptions,
  liveDynamo,
  liveEnkashDeps,
  liveFetchSecret,
  liveLoginGateDeps,
  liveTelemetry,
  type Telemetry,
} from './enkash.ts';
import { sdkLimits } from './sdk-limits.ts';

/** Nothing in it can send to EnKash. As each builder of this folder. @throws Error that names the variable that is missing or wrong */
export function liveInspectDeps({ env: source, write }: LiveOptions = {}) {
  const env = readEnv(envSchemas.inspect, source);
  const dynamo = liveDynamo(source);
  const fetchSecret = liveFetchSecret(source);
  const { PARTNER_SECRETS: secretIds } = env;
  const tokenUrl = `${env.ENKASH_TOKEN_URL}${tokenEndpoint}`;
  const table = createTable({ client: dynamo, tableName: env.BALANCES_TABLE, sleep });
  const timetable = createTimetable(env.SNAPSHOT_EVERY_SECONDS, env.SNAPSHOT_LATE_SECONDS);
  return {
    ...liveTelemetry(env.STAGE, write),
    gate: {
      store: createLoginGateStore(dynamo, env.LOGIN_GATE_TABLE),
      credentials: asOfNow(createCredentialSource({ fetchSecret, secretIds, now: Date.now })),
      tokenUrl,
      now: Date.now,
    },
    secrets: { fetchSecret, secretIds, tokenUrl },
    coverage: {
      table,
      timetables: createReadTimetables(table, timetable, Date.now),
      graceMs: env.SNAPSHOT_GRACE_SECONDS * 1000,
    },
  };
}

export function liveOperateDeps({ env: source, write }: LiveOptions = {}): OperateDeps {
  const env = readEnv(envSchemas.operate, source);
  const telemetry = liveTelemetry(env.STAGE, write);
  const client = liveDynamo(source);
  const tableName = env.BALANCES_TABLE;
  const table = createTable({ client, tableName, sleep });
  const gate = liveLoginGateDeps({ env, telemetry, source, dynamo: client });
  return {
    ...telemetry,
    now: Date.now,
    requests: table,
    gate: { ...gate, credentials: asOfNow(gate.credentials) },
    fetchSecret: liveFetchSecret(source),
    secretIds: env.PARTNER_SECRETS,
    ...liveLabels(source),
    probe: (account) => probeOnce({ env, stage: env.STAGE, telemetry, source }, account),
    erase: (account, options) => eraseAccount({ client, table, tableName, sleep }, account, options),
  };
}

function liveLabels(source?: EnvSource): Pick<OperateDeps, 'moveCurrent' | 'clearPending'> {
  const client = new SecretsManagerClient({
    ...awsRuntime(source),
    // Repeated after a lost reply, a move would be refused though it was made.
    ...sdkLimits({ ...REQUEST_SDK, attempts: 1, callMs: REQUEST_SDK.callMs * REQUEST_SDK.attempts }),
  });
  return {
    async moveCurrent(SecretId, MoveToVersionId, RemoveFromVersionId) {
      const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId, RemoveFromVersionId };
      await client.send(new UpdateSecretVersionStageCommand(move));
    },
    async clearPending(SecretId, RemoveFromVersionId) {
      await client.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId }),
      );
    },
  };
}

type Probing = {
  readonly env: EnkashEnv;
  readonly stage: string;
  readonly telemetry: Telemetry;
  readonly source: EnvSource | undefined;
};

/** The production client behind the production gate, made anew for each probe; only what passes is recorded. */
function probeOnce({ env, stage, telemetry, source }: Probing, account: NamedAccount) {
  const recorder = createRecorder(Date.now);
  let credentials: PartnerCredentials | undefined;
  const noticing = (sessions: SessionSource): SessionSource => {
    const noticed = async (session: ReturnType<SessionSource['get']>) => {
      credentials = (await session).credentials;
      return session;
    };
    return {
      ...sessions,
      get: (partner, deadline) => noticed(sessions.get(partner, deadline)),
      renew: (refusal) => noticed(sessions.renew(refusal)),
    };
  };
  const deps = liveEnkashDeps({ env, telemetry, source, send: recorder.around(createTransport()) });
  return probe(account, {
    enkash: createEnkashClient({ ...deps, sessions: noticing(deps.sessions) }),
    exchanges: recorder.exchanges,
    credentials: () => credentials,
    now: Date.now,
    stage,
    apiHost: new URL(env.ENKASH_API_URL).host,
    uncountedLoginReplies: env.UNCOUNTED_LOGIN_REPLIES,
  });
}
