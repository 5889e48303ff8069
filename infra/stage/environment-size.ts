import { type FunctionName, functionTable } from './function-table.ts';
import type { StageSettings } from './stage-schema.ts';
import { environmentOf, type ResourceNames, variablesOf } from './variables.ts';

/** Lambda's limit for all variables of a function together, names and values. */
export const environmentLimit = 4096;

/** A Cognito client id. */
const clientIdLength = 26;
/** CloudFormation's names: a table's, a queue's and a bus's in their services' limits. */
const nameLengths = { table: 255, queueUrl: 150, bus: 64, topicArn: 150 };

/** The largest environment of a function, in bytes, as CloudFormation will fill it in. */
export function largestEnvironment(settings: StageSettings): { readonly name: FunctionName; readonly bytes: number } {
  const variables = variablesOf(settings, longestNames(settings));
  const sizes = functionTable.map(({ name }) => {
    const environment = Object.entries(environmentOf(name, variables));
    return { name, bytes: environment.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0) };
  });
  return sizes.reduce((largest, size) => (size.bytes > largest.bytes ? size : largest));
}

function longestNames({ region, stage, callers, partners }: StageSettings): ResourceNames {
  const clients = Object.keys(callers).map((name) => `"${'x'.repeat(clientIdLength)}":"${name}"`);
  // The stack's part of a table's name is at most its own name and the logical id.
  const table = 'x'.repeat(Math.min(nameLengths.table, `CardAccounts-${stage}-`.length + 60));
  return {
    callers: `{${clients.join(',')}}`,
    tokenUrl: 'x'.repeat(nameLengths.queueUrl),
    partnerSecrets: new Map(partners.map((partner) => [partner, secretArn(region, partner)])),
    loginGateTable: table,
    balancesTable: table,
    snapshotQueueUrl: 'x'.repeat(nameLengths.queueUrl),
    planJobsUrl: 'x'.repeat(nameLengths.queueUrl),
    closeJobsUrl: 'x'.repeat(nameLengths.queueUrl),
    backlogJobsUrl: 'x'.repeat(nameLengths.queueUrl),
    eventBusName: 'x'.repeat(nameLengths.bus),
    balanceTopicArn: 'x'.repeat(nameLengths.topicArn),
    webhookQueueUrl: 'x'.repeat(nameLengths.queueUrl),
    webhookSecrets: new Map(Object.keys(callers).map((caller) => [caller, secretArn(region, caller)])),
  };
}

/** `PartnerSecrets<partner><hash>-<12>-<6>`, the name that CloudFormation and Secrets Manager make. */
function secretArn(region: string, partner: string): string {
  const name = `PartnerSecrets${partner.replaceAll('-', '')}${'x'.repeat(8)}-${'x'.repeat(12)}-${'x'.repeat(6)}`;
  return `arn:aws:secretsmanager:${region}:${'0'.repeat(12)}:secret:${name}`;
}
