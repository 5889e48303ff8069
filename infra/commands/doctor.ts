import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { cardAccountId, companyId } from '../../lib/account-key.ts';
import { createTable } from '../../lib/balances/table.ts';
import { awsRuntime } from '../../lib/env.ts';
import { liveFetchSecret } from '../../lib/live/enkash.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';
import { callerOf } from './shared/caller-file.ts';
import { checkCoverage } from './shared/check-coverage.ts';
import { checkEgress } from './shared/check-egress.ts';
import { checkGate, checkSecret } from './shared/check-login.ts';
import { checkRead } from './shared/check-read.ts';
import { describeFinding, type Finding } from './shared/finding.ts';
import { gateDepsOf } from './shared/gate-deps.ts';
import type { StageFacts } from './shared/stage-facts.ts';
import { findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run doctor -- --stage NAME [--company CEK… --card-account CA…]
  Checks a stage from outside in and says in words what is wrong and what to do. Changes nothing, sends no login of its own.
  Exit code 1 when something is wrong; what could not be checked says "skipped" and why.
  --caller-file FILE   {"clientId","clientSecret"} of a caller of ours, for the read (or CLIENT_ID and CLIENT_SECRET)
  --allow-listed LIST  the addresses that EnKash says it has on its list, comma-separated
  --json               the findings as JSON
${stageUsage}`;

const shape = {
  ...stageOptions,
  company: z.optional(companyId),
  'card-account': z.optional(cardAccountId),
  'caller-file': z.string().optional(),
  'allow-listed': z
    .string()
    .transform((list) => list.split(',').map((address) => address.trim()))
    .optional(),
  json: z.boolean().default(false),
};
type Asked = z.output<z.ZodObject<typeof shape>>;

const command: Command = async (args, print) => {
  const asked = readArguments(args, usage, shape);
  const facts = await findStage(asked);
  const findings = await examine(facts, asked);
  const count = (result: Finding['result']) => findings.filter((finding) => finding.result === result).length;
  if (asked.json) print(JSON.stringify(findings));
  else {
    for (const finding of findings) for (const line of describeFinding(finding)) print(line);
    print(`\nStage ${facts.stage}: ${count('ok')} ok, ${count('wrong')} wrong, ${count('skipped')} skipped`);
  }
  return count('wrong') === 0;
};

async function examine(facts: StageFacts, asked: Asked): Promise<Finding[]> {
  const { secretIds, env, api, egress, snapshots } = facts;
  const dynamo = new DynamoDBClient(awsRuntime(env));
  const gate = gateDepsOf(facts);
  const fetchSecret = liveFetchSecret(env);
  const tableOf = (tableName: string) => createTable({ client: dynamo, tableName, sleep });
  const partners = Object.entries(secretIds);
  const account = accountOf(facts, asked);
  const caller = callerOf(facts.caller, asked['caller-file']);
  return [
    ...(await Promise.all(partners.map(([partner, secretId]) => checkSecret(partner, secretId, fetchSecret)))),
    checkEgress(egress, asked['allow-listed']),
    ...(await Promise.all(partners.map(([partner]) => checkGate(partner, gate)))),
    await checkRead({ ...api, account, caller }),
    await checkCoverage(snapshots, tableOf, Date.now()),
  ];
}

function accountOf({ accounts: [first] }: StageFacts, { company: companyId, 'card-account': cardAccountId }: Asked) {
  return companyId !== undefined && cardAccountId !== undefined ? { companyId, cardAccountId } : first;
}

await runCommand(command);
