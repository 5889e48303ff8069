import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RightsResources } from '../stage/rights.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { type Variables, variablesOf } from '../stage/variables.ts';
import { type Auth, callersVariable } from './auth.ts';
import type { LoginGateTable } from './login-gate-table.ts';
import type { Network } from './network.ts';
import type { PartnerSecrets } from './partner-secrets.ts';
import type { Snapshots } from './snapshots.ts';

/** The constructs that keep data and let callers in; the functions are wired to them. */
export interface Foundations {
  readonly logKey: IKey;
  readonly network: Network | undefined;
  readonly auth: Auth;
  readonly secrets: PartnerSecrets;
  readonly gate: LoginGateTable;
  readonly snapshots: Snapshots;
}

/** The functions' variables, from what the stack has made. */
export function variablesFrom(settings: StageSettings, { auth, secrets, gate, snapshots }: Foundations): Variables {
  return variablesOf(settings, {
    callers: callersVariable(auth.clientIds),
    tokenUrl: auth.tokenUrl,
    partnerSecrets: secrets.arns,
    loginGateTable: gate.table.tableName,
    balancesTable: snapshots.balances.table.tableName,
    snapshotQueueUrl: snapshots.queue.queue.queueUrl,
    ...snapshots.jobs.urls,
    eventBusName: snapshots.events.busName,
    balanceTopicArn: snapshots.events.topic.topicArn,
    webhookQueueUrl: snapshots.events.webhooks.queue.queueUrl,
    webhookSecrets: snapshots.events.webhooks.secrets,
  });
}

/** What the functions' rights are about. */
export function resourcesFrom({ secrets, gate, snapshots }: Foundations): RightsResources {
  return {
    partnerSecretArns: [...secrets.arns.values()],
    partnerSecretKey: secrets.dataKey.key,
    loginGateTableArn: gate.table.tableArn,
    loginGateKey: gate.dataKey.key,
    balancesTableArn: snapshots.balances.table.tableArn,
    balancesKey: snapshots.balances.dataKey.key,
    snapshotQueueArn: snapshots.queue.queue.queueArn,
    ...snapshots.jobs.arns,
    failedInvocationsArn: snapshots.failures.queueArn,
    messageKey: snapshots.messageKey.key,
    eventBusArn: snapshots.events.bus.eventBusArn,
    balanceTopicArn: snapshots.events.topic.topicArn,
    webhookQueueArn: snapshots.events.webhooks.queue.queueArn,
    webhookSecretArns: [...snapshots.events.webhooks.secrets.values()],
  };
}
