import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import * as ids from '../../lib/account-key.ts';
import { type Command, readArguments, readVerb, runCommand } from './shared/arguments.ts';
import { createFunctions } from './shared/invoke.ts';
import { describeProbe } from './shared/probe-words.ts';
import { chooseAccount, choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run enkash -- probe --stage NAME [--partner NAME] [--company CEK… --card-account CA…]
  At most one login, through the login gate, and one read, from the stage's own addresses. Never opens a gate. Prints and saves what EnKash's answers look like: statuses,
  key paths with JSON types, variants of token and encryption; never a value.
  --out FILE           where to save it (default reports/probe-<stage>-<time>.json)
${stageUsage}`;

const shape = {
  ...stageOptions,
  company: z.optional(ids.companyId),
  'card-account': z.optional(ids.cardAccountId),
  partner: z.string().optional(),
  out: z.string().optional(),
};

const command: Command = async (given, print) => {
  const { rest } = readVerb(given, usage, ['probe']);
  const args = readArguments(rest, usage, shape);
  const facts = await findStage(args);
  const partner = choosePartner(facts, args.partner);
  const { companyId, cardAccountId } = chooseAccount(facts, partner, args.company, args['card-account']);
  const asked = { action: 'probe', partner, companyId, cardAccountId } as const;
  const { report } = await createFunctions(facts).operate<'probe'>(asked);
  const file = args.out ?? `reports/probe-${report.stage}-${report.at.slice(0, 19).replaceAll(':', '-')}Z.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  for (const line of describeProbe(report, facts)) print(line);
  print(`Saved: ${file}`);
  return report.result.code === 'OK';
};

await runCommand(command);
