import { GRACE_SECONDS } from '../../lib/slots.ts';
import { retrySeconds } from '../constructs/snapshot-queue.ts';
import type { StageSettings } from './settings.ts';

/** Names of resources, as CloudFormation will fill them in. */
export interface ResourceNames {
  /** JSON {clientId: caller}. */
  readonly callers: string;
  /** Partner -> secret ARN. */
  readonly partnerSecrets: ReadonlyMap<string, string>;
  readonly loginGateTable: string;
  readonly balancesTable: string;
  readonly snapshotQueueUrl: string;
  readonly eventBusName: string;
}

/** Every variable that any function reads, with its value; function-table.ts says who gets which. */
export function variablesOf(settings: StageSettings, names: ResourceNames) {
  const { stage, enkash, notFoundCodes, everyMinutes, snapshots, maxWatched } = settings;
  const secrets = [...names.partnerSecrets].map(([partner, arn]) => `"${partner}":"${arn}"`);
  return {
    STAGE: stage,
    CALLERS: names.callers,
    PARTNER_SECRETS: `{${secrets.join(',')}}`,
    ENKASH_API_URL: enkash.apiUrl,
    ENKASH_TOKEN_URL: enkash.tokenUrl,
    NOT_FOUND_CODES: JSON.stringify(notFoundCodes),
    LOGIN_GATE_TABLE: names.loginGateTable,
    BALANCES_TABLE: names.balancesTable,
    MAX_WATCHED: `${maxWatched}`,
    SNAPSHOT_EVERY_SECONDS: `${everyMinutes * 60}`,
    SNAPSHOT_LATE_SECONDS: `${snapshots.lateSeconds}`,
    SNAPSHOT_GRACE_SECONDS: `${GRACE_SECONDS}`,
    SNAPSHOT_RETRY_SECONDS: `${retrySeconds}`,
    SNAPSHOT_MAX_CONCURRENCY: `${snapshots.maxConcurrency}`,
    PARTNER_RATES: JSON.stringify(snapshots.perSecond),
    SNAPSHOT_QUEUE_URL: names.snapshotQueueUrl,
    EVENT_BUS_NAME: names.eventBusName,
  };
}

export type Variable = keyof ReturnType<typeof variablesOf>;
