import * as z from 'zod';
import { type Command, readArguments, readVerb, runCommand, UsageError } from './shared/arguments.ts';
import { allowOne, closeGate, openGate, showStatus } from './shared/gate-actions.ts';
import { createFunctions } from './shared/invoke.ts';
import { choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run gate -- status --stage NAME [--partner NAME] [--json]
npm run gate -- open --stage NAME [--partner NAME] [--never-tried | --unlocked-by-enkash]
npm run gate -- close --stage NAME [--partner NAME]
npm run gate -- allow-one --stage NAME [--partner NAME] [--same-secret] [--unlocked-by-enkash]
  status     says whether logins to EnKash are possible, and what stands against them. Exit code 1 when the gate is closed.
  open       begins a login that was never opened here. EnKash may have counted failures that nobody here saw, so one login
             is left before you are asked again. Have EnKash unlock the user first, so that its count is zero.
  close      after a table was restored under its old name: nobody knows how near the lock is, until "open". Closes every login
             that the partner's secret names (current, previous, pending) and the one of its last token.
  allow-one  permits one login that the gate would not send by itself. Two logins may have failed already, and EnKash
             locks the user at the third failure in a row. So first: have EnKash unlock the user, so that its count is
             zero, and compare the secret with what EnKash issued. Only then allow one.
             It ends after 15 minutes, and with any login that is sent; no other secret version is sent with it.
  What you must know is asked. A script says it by an option:
  --never-tried         nobody, anywhere, ever failed a login of this user
  --same-secret         the current secret is right, although a login with it failed
  --unlocked-by-enkash  EnKash was asked, and its count of the user's failed logins is zero now. "Not locked" is not enough:
                        at two failures a user is not locked, and the next one locks it
  --json                what status found, as JSON
${stageUsage}`;

const flag = z.boolean().default(false);
const shape = {
  ...stageOptions,
  partner: z.string().optional(),
  'never-tried': flag,
  'same-secret': flag,
  'unlocked-by-enkash': flag,
  json: flag,
};

const command: Command = async (given, print) => {
  const { verb, rest } = readVerb(given, usage, ['status', 'open', 'close', 'allow-one']);
  const args = readArguments(rest, usage, shape);
  if (args.json && verb !== 'status') throw new UsageError('--json: of status alone. Nothing was done.', usage);
  const facts = await findStage(args);
  const operator = { facts, functions: createFunctions(facts), partner: choosePartner(facts, args.partner), print };
  const said = {
    neverTried: args['never-tried'],
    sameSecret: args['same-secret'],
    unlockedByEnkash: args['unlocked-by-enkash'],
  };
  switch (verb) {
    case 'status':
      return showStatus(operator, args.json);
    case 'open':
      return openGate(operator, said);
    case 'close':
      return closeGate(operator);
    case 'allow-one':
      return allowOne(operator, said);
  }
};

await runCommand(command);
