import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cardAccountId, companyId } from '../../lib/account-key.ts';
import { eraseAccount } from '../../lib/balances/erase.ts';
import { createTable } from '../../lib/balances/table.ts';
import { awsRuntime } from '../../lib/env.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';
import { findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run erase -- --stage NAME --company COMPANY --card-account CARD-ACCOUNT
  Removes everything that is kept of a card account's balances: its slots, days, latest row and place in the schedule
  (DPDP Act 2023, erasure). It cannot be undone but by a restore.
${stageUsage}`;

const shape = {
  ...stageOptions,
  company: companyId,
  'card-account': cardAccountId,
};

const command: Command = async (args, print) => {
  const asked = readArguments(args, usage, shape);
  const { stage, company, 'card-account': cardAccount } = asked;
  const { snapshots, env } = await findStage(asked);

  const client = new DynamoDBClient(awsRuntime(env));
  const table = createTable({ client, tableName: snapshots.table, sleep });
  const account = { companyId: company, cardAccountId: cardAccount };
  const { rows, watched } = await eraseAccount({ client, table, tableName: snapshots.table, sleep }, account);
  print(
    `Erased ${rows} rows of ${company} ${cardAccount} in stage ${stage}${watched ? '; it is no longer watched' : ''}.`,
  );
  for (const line of whatStays(Math.min(snapshots.everySeconds, snapshots.lateSeconds) + snapshots.graceSeconds))
    print(line);
  return true;
};

function whatStays(seconds: number): string[] {
  return [
    'Gone now: every slot, day and latest balance, the alert rule and state, the entry in the schedule and in the list.',
    'Kept for 35 days: the table can be restored to any second of them (point-in-time recovery), and the copy would hold the',
    '  rows. After a restore, erase again.',
    'Kept for 365 days: company and card account ids in audit lines ("who read this account?"). They hold no balance and no',
    '  person; the law asks for a year of them (DPDP Rules 2025, PCI DSS 10.5.1).',
    'Elsewhere: events that were published live on with their subscribers, and callers keep what they were answered.',
    `If the account was watched a moment ago, run this again in ${seconds} s: a snapshot under way may write one more row.`,
  ];
}

await runCommand(command);
