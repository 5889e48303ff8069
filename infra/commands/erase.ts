import * as z from 'zod';
import * as ids from '../../lib/account-key.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';
import { ask } from './shared/ask.ts';
import { eraseAll } from './shared/erase.ts';
import { createFunctions } from './shared/invoke.ts';
import { findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run erase -- --stage NAME --company COMPANY --card-account CARD-ACCOUNT [--dry-run | --yes]
  Removes everything that is kept of a card account's balances: its slots, days, latest row and place in the schedule
  (DPDP Act 2023, erasure). It cannot be undone but by a restore, so it asks for the card account's id once more.
  --dry-run            counts, and removes nothing
  --yes                removes without asking, for a script
${stageUsage}`;

const shape = {
  ...stageOptions,
  company: ids.companyId,
  'card-account': ids.cardAccountId,
  'dry-run': z.boolean().default(false),
  yes: z.boolean().default(false),
};

const command: Command = async (args, print) => {
  const asked = readArguments(args, usage, shape);
  const { company: companyId, 'card-account': cardAccountId } = asked;
  const facts = await findStage(asked);
  const functions = createFunctions(facts);
  const account = { companyId, cardAccountId };
  const name = `${companyId} ${cardAccountId} in stage ${facts.stage}`;
  const counted = await functions.operate<'erase'>({ action: 'erase', ...account, dryRun: true });
  if (counted.outcome === 'nothing') {
    print(`There was nothing: no row of ${name}, which is not watched. Nothing changed.`);
    return true;
  }
  const atLeast = counted.outcome === 'unfinished' ? 'at least ' : '';
  const found = `${atLeast}${counted.rows} rows of ${name}${counted.watched ? ', which is watched' : ''}`;
  if (asked['dry-run']) {
    print(`Would be erased: ${found}. Nothing changed.`);
    return true;
  }
  print(`To be erased for good: ${found}.`);
  const confirm = asked.yes ? cardAccountId : await ask(`Type ${cardAccountId} to erase it:`);
  if (confirm !== cardAccountId) {
    print('Nothing changed: it was not confirmed. A script confirms with --yes.');
    return false;
  }
  for (const line of await eraseAll(functions, account, { name, slotSeconds: facts.slotSeconds })) print(line);
  return true;
};

await runCommand(command);
