import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { HttpDeps } from '../api/api-handler.ts';
import { readAsset } from '../assets.ts';
import { REQUEST_SDK } from '../budgets.ts';
import { createEnkashClient, type EnkashClient, type EnkashClientDeps } from '../enkash/client.ts';
import { createAgents } from '../enkash/connections.ts';
import { createCredentialSource, type FetchSecret } from '../enkash/credentials.ts';
import { sendControl, sendLogin } from '../enkash/token-request.ts';
import { createTransport, type Send } from '../enkash/transport.ts';
import { accountEndpoint, tokenEndpoint } from '../enkash-url.ts';
import { awsRuntime, type EnkashEnv, type EnvSource, envSchemas, type HttpEnv, readEnv } from '../env.ts';
import { type Grants, grantsSchema } from '../grants.ts';
import { createLog, type Log } from '../log.ts';
import { createLoginGate } from '../login-gate/gate.ts';
import type { LoginGateDeps } from '../login-gate/memory.ts';
import { judgeControl, judgeLogin } from '../login-gate/outcome.ts';
import { reportGate } from '../login-gate/report.ts';
import { createLoginGateStore } from '../login-gate/store.ts';
import { createMetric, type Metric } from '../metrics.ts';
import { createDynamo } from './dynamo.ts';
import { sdkLimits } from './sdk-limits.ts';

const requestLimits = sdkLimits(REQUEST_SDK);

/** What the local stage replaces: where variables come from, where lines go, and the grants beside the bundle. */
export type LiveOptions = {
  readonly env?: EnvSource;
  readonly write?: (line: string) => void;
  readonly grants?: Grants;
};

const writeLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export type Telemetry = { readonly log: Log; readonly metric: Metric };

/** Log and metrics of a stage, on the function's standard output. */
export function liveTelemetry(stage: string, write = writeLine): Telemetry {
  return { log: createLog(write, Date.now), metric: createMetric(write, stage, Date.now) };
}

/** What every HTTP function with callers needs. @throws Error when grants.json is not as synth writes it */
export function liveHttp(env: HttpEnv, { write, grants }: LiveOptions): HttpDeps & { readonly grants: Grants } {
  return {
    ...liveTelemetry(env.STAGE, write),
    now: Date.now,
    callers: env.CALLERS,
    grants: liveGrants(grants),
  };
}

/** What synth wrote beside the bundle, unless given. @throws Error when grants.json is not as synth writes it */
export function liveGrants(grants: Grants | undefined): Grants {
  return grants ?? grantsSchema.parse(JSON.parse(readAsset('grants.json')));
}

/** @throws Error that names the variable that is missing or wrong */
export function liveDropInDeps(options: LiveOptions = {}) {
  const env = readEnv(envSchemas['get-card-account-drop-in'], options.env);
  const telemetry = liveHttp(env, options);
  return { ...telemetry, enkash: liveEnkash({ env, telemetry, source: options.env }) };
}

export type LiveEnkash = {
  readonly env: EnkashEnv;
  readonly telemetry: Telemetry;
  /** Where the AWS clients find region and credentials. @default process.env */
  readonly source?: EnvSource | undefined;
  /** @default one of its own */
  readonly dynamo?: DynamoDBClient;
  /** @default the production transport */
  readonly send?: Send;
};

/** EnKash behind the login gate, as every function that reads it does. */
export function liveEnkash(options: LiveEnkash): EnkashClient {
  return createEnkashClient(liveEnkashDeps(options));
}

/** What `liveEnkash` is built from. */
export function liveEnkashDeps(options: LiveEnkash): EnkashClientDeps {
  const agents = createAgents();
  const { env, telemetry, send = createTransport(agents) } = options;
  const { metric } = telemetry;
  return {
    send,
    preconnect: agents.preconnect,
    sessions: createLoginGate(liveLoginGateDeps({ ...options, send })),
    accountUrl: `${env.ENKASH_API_URL}${accountEndpoint}`,
    notFoundCodes: env.NOT_FOUND_CODES,
    tokenRefusedCodes: env.TOKEN_REFUSED_CODES,
    now: Date.now,
    sleep,
    random: Math.random,
    onCall(partner, outcome, durationMs) {
      metric('EnkashMs', durationMs, { partner }, 'Milliseconds');
      if (outcome !== 'OK') metric('EnkashFailures', 1, { partner, outcome });
    },
    onReadFailed: (partner, outcome) => metric('ReadFailures', 1, { partner, outcome }),
    onResidues: (count) => metric('MoneyResidues', count),
    onDropped(fields) {
      for (const field of fields) metric('FieldsDropped', 1, { field });
    },
  };
}

/** A client within the limits of a request; one for all tables of an instance, because its connection is open since init. */
export function liveDynamo(source?: EnvSource): DynamoDBClient {
  return createDynamo({ ...awsRuntime(source), ...requestLimits });
}

/** What the gate is built from; the operator's rotation uses it as the functions do. */
export function liveLoginGateDeps({
  env,
  telemetry,
  source,
  dynamo = liveDynamo(source),
  send = createTransport(),
}: LiveEnkash): LoginGateDeps {
  const tokenUrl = `${env.ENKASH_TOKEN_URL}${tokenEndpoint}`;
  return {
    store: createLoginGateStore(dynamo, env.LOGIN_GATE_TABLE),
    credentials: createCredentialSource({
      fetchSecret: liveFetchSecret(source),
      secretIds: env.PARTNER_SECRETS,
      now: Date.now,
    }),
    tokenUrl,
    login: async (version, sendBy) =>
      judgeLogin(await sendLogin(send, tokenUrl, version, sendBy), Date.now(), env.UNCOUNTED_LOGIN_REPLIES),
    control:
      env.CONTROL_REQUESTS === 'on'
        ? async () => judgeControl(await sendControl(send, tokenUrl), Date.now())
        : undefined,
    now: Date.now,
    sleep,
    random: Math.random,
    newId: randomUUID,
    report: reportGate(telemetry.log, telemetry.metric),
  };
}

/** Secrets Manager, asked each time: what is cached is the credential source's to say. */
export function liveFetchSecret(source?: EnvSource): FetchSecret {
  const client = new SecretsManagerClient({ ...awsRuntime(source), ...requestLimits });
  return async (secretId, selector) => {
    const which = 'stage' in selector ? { VersionStage: selector.stage } : { VersionId: selector.versionId };
    try {
      const found = await client.send(new GetSecretValueCommand({ SecretId: secretId, ...which }));
      if (found.SecretString === undefined || found.VersionId === undefined) return undefined;
      return { text: found.SecretString, versionId: found.VersionId, createdAt: found.CreatedDate?.getTime() };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
}
