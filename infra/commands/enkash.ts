import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { cardAccountId, companyId } from '../../lib/account-key.ts';
import { type Command, readArguments, readVerb, runCommand } from './shared/arguments.ts';
import { probeStage } from './shared/live-probe.ts';
import { describeProbe } from './shared/probe-words.ts';
import { chooseAccount, choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run enkash -- probe --stage NAME [--partner NAME] [--company CEK… --card-account CA…]
  At most one login, through the login gate, and one read. Prints and saves what EnKash's answers look like: statuses,
  key paths with JSON types, variants of token and encryption; never a value.
  --out FILE           where to save it (default reports/probe-<stage>-<time>.json)
${stageUsage}`;

const shape = {
  ...stageOptions,
  company: z.optional(companyId),
  'card-account': z.optional(cardAccountId),
  partner: z.string().optional(),
  out: z.string().optional(),
};

const command: Command = async (given, print) => {
  const { rest } = readVerb(given, usage, ['probe']);
  const args = readArguments(rest, usage, shape);
  const facts = await findStage(args);
  const partner = choosePartner(facts, args.partner);
  const account = chooseAccount(facts, partner, args.company, args['card-account']);
  const report = await probeStage(facts, { ...account, partner });
  const file = args.out ?? `reports/probe-${report.stage}-${report.at.slice(0, 19).replaceAll(':', '-')}Z.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  for (const line of describeProbe(report)) print(line);
  print(`Saved: ${file}`);
  return report.result.code === 'OK';
};

await runCommand(command);
