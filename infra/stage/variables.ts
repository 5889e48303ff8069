import { RECONCILE_GRACE_MS } from '../../lib/budgets.ts';
import { envSchemas } from '../../lib/env.ts';
import type { FunctionName } from './function-table.ts';
import type { StageSettings } from './stage-schema.ts';

/** Names of resources, as CloudFormation will fill them in. */
export interface ResourceNames {
  /** JSON {clientId: caller}. */
  readonly callers: string;
  readonly tokenUrl: string;
  /** Partner -> secret ARN. */
  readonly partnerSecrets: ReadonlyMap<string, string>;
  readonly loginGateTable: string;
  readonly balancesTable: string;
  readonly snapshotQueueUrl: string;
  readonly planJobsUrl: string;
  readonly closeJobsUrl: string;
  readonly backlogJobsUrl: string;
  readonly eventBusName: string;
  readonly balanceTopicArn: string;
  readonly webhookQueueUrl: string;
  /** Caller -> ARN of its webhook's secret. */
  readonly webhookSecrets: ReadonlyMap<string, string>;
}

type VariableOf<Name extends FunctionName> = Name extends FunctionName
  ? keyof (typeof envSchemas)[Name]['shape']
  : never;
/** Every variable that any function reads, with its value. */
export type Variables = Readonly<Record<VariableOf<FunctionName>, string>>;

export function variablesOf(settings: StageSettings, names: ResourceNames): Variables {
  const { stage, enkash, notFoundCodes, tokenRefusedCodes, uncountedLoginReplies, controlRequests } = settings;
  const { everyMinutes, snapshots, maxWatched } = settings;
  const secrets = [...names.partnerSecrets].map(([partner, arn]) => `"${partner}":"${arn}"`);
  return {
    STAGE: stage,
    CALLERS: names.callers,
    TOKEN_URL: names.tokenUrl,
    PARTNER_SECRETS: `{${secrets.join(',')}}`,
    ENKASH_API_URL: enkash.apiUrl,
    ENKASH_TOKEN_URL: enkash.tokenUrl,
    NOT_FOUND_CODES: JSON.stringify(notFoundCodes),
    TOKEN_REFUSED_CODES: JSON.stringify(tokenRefusedCodes),
    UNCOUNTED_LOGIN_REPLIES: JSON.stringify(uncountedLoginReplies),
    CONTROL_REQUESTS: controlRequests ? 'on' : 'off',
    LOGIN_GATE_TABLE: names.loginGateTable,
    BALANCES_TABLE: names.balancesTable,
    MAX_WATCHED: `${maxWatched}`,
    SNAPSHOT_EVERY_SECONDS: `${everyMinutes * 60}`,
    SNAPSHOT_LATE_SECONDS: `${snapshots.lateSeconds}`,
    SNAPSHOT_GRACE_SECONDS: `${RECONCILE_GRACE_MS / 1000}`,
    SNAPSHOT_MAX_CONCURRENCY: `${snapshots.maxConcurrency}`,
    PARTNER_RATES: JSON.stringify(snapshots.perSecond),
    SNAPSHOT_QUEUE_URL: names.snapshotQueueUrl,
    PLAN_JOBS_URL: names.planJobsUrl,
    CLOSE_JOBS_URL: names.closeJobsUrl,
    BACKLOG_JOBS_URL: names.backlogJobsUrl,
    EVENT_BUS_NAME: names.eventBusName,
    BALANCE_TOPIC_ARN: names.balanceTopicArn,
    WEBHOOK_QUEUE_URL: names.webhookQueueUrl,
    WEBHOOKS: webhooksVariable(settings, names.webhookSecrets),
  };
}

/** Exactly what the function's schema in lib/env.ts reads. */
export function environmentOf(name: FunctionName, variables: Variables): Record<string, string> {
  const { shape } = envSchemas[name];
  return Object.fromEntries(Object.entries(variables).filter(([variable]) => Object.hasOwn(shape, variable)));
}

function webhooksVariable({ callers }: StageSettings, secrets: ReadonlyMap<string, string>): string {
  const entries = Object.entries(callers).flatMap(([caller, { webhook }]) =>
    webhook === undefined ? [] : [[caller, { ...webhook, secretId: secrets.get(caller) }] as const],
  );
  return JSON.stringify(Object.fromEntries(entries));
}
