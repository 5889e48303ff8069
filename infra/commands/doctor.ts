import * as z from 'zod';
import { cardAccountId, companyId } from '../../lib/account-key.ts';
import { type Command, OperatorError, readArguments, runCommand } from './shared/arguments.ts';
import { callerOf } from './shared/caller-file.ts';
import { checkCoverage, checkLastDay, checkSuspended } from './shared/check-coverage.ts';
import { checkEgress } from './shared/check-egress.ts';
import { checkGate, checkSecret, checkSharedClients, checkUnequalSecrets } from './shared/check-login.ts';
import { checkRead } from './shared/check-read.ts';
import { type Finding, findingLines, wrong } from './shared/finding.ts';
import { createFunctions, type Functions } from './shared/invoke.ts';
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
  for (const line of findingLines(findings, asked.json)) print(line);
  if (!asked.json) {
    const warnings = count('warning') === 0 ? '' : `${count('warning')} to know, `;
    print(`\nStage ${facts.stage}: ${count('ok')} ok, ${warnings}${count('wrong')} wrong, ${count('skipped')} skipped`);
  }
  return count('wrong') === 0;
};

async function examine(facts: StageFacts, asked: Asked): Promise<Finding[]> {
  const { api, egress, enkash } = facts;
  const functions = createFunctions(facts);
  const account = accountOf(facts, asked);
  const caller = callerOf(facts.caller, asked['caller-file']);
  const enkashHost = new URL(enkash.apiUrl).host;
  return [
    ...(await looked('secrets', () => secretsOf(functions, facts))),
    checkEgress(egress, asked['allow-listed']),
    ...(await looked('login gates', () => gatesOf(functions, facts))),
    await checkRead({ ...api, account, caller, enkashHost, named: partnerNamed(facts) }),
    ...(await looked('last slot', () => slotOf(functions))),
  ];
}

/** Without the stage's own eyes, the other checks still say something. */
async function looked(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return [wrong(check, error.message, 'Look at your AWS rights (lambda:InvokeFunction), and at the log of inspect.')];
  }
}

async function secretsOf(functions: Functions, facts: StageFacts): Promise<Finding[]> {
  const { secrets, sharedClients, unequalSecrets } = await functions.inspect({ action: 'check-secret' });
  return [
    ...secrets.map((secret) => checkSecret(secret, facts)),
    ...checkUnequalSecrets(unequalSecrets, facts),
    ...checkSharedClients(sharedClients),
  ];
}

async function gatesOf(functions: Functions, facts: StageFacts): Promise<Finding[]> {
  const { gates } = await functions.inspect({ action: 'status' });
  return gates.map((view) => checkGate(view, facts));
}

async function slotOf(functions: Functions): Promise<Finding[]> {
  const seen = await functions.inspect({ action: 'coverage' });
  return [checkCoverage(seen), ...checkSuspended(seen.coverage), checkLastDay(seen.lastDay)];
}

function accountOf({ accounts: [first] }: StageFacts, { company: companyId, 'card-account': cardAccountId }: Asked) {
  return companyId !== undefined && cardAccountId !== undefined ? { companyId, cardAccountId } : first;
}

/** Where there are several, a probe wants one of them. */
function partnerNamed({ secretIds, named }: StageFacts): string {
  return Object.keys(secretIds).length > 1 ? `${named} --partner NAME` : named;
}

await runCommand(command);
