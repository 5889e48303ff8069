import * as z from 'zod';
import { type Command, OperatorError, readArguments, readVerb, runCommand, stageName } from './shared/arguments.ts';
import { awsCli } from './shared/aws-cli.ts';
import { addSecret, retireSecret } from './shared/caller-secrets.ts';
import { outputNamed, stackOutputs } from './shared/outputs.ts';
import { settingsOf } from './shared/settings-of.ts';

const usage = `npm run callers -- rotate --stage NAME --caller NAME
npm run callers -- retire --stage NAME --caller NAME
  rotate  makes a second secret of the caller's OAuth client, valid beside the first, and prints it once: hand it over
          on a safe way. Where two are there already, nothing changes: retire the older one first.
  retire  deletes the older of two secrets, when the caller says that it uses the new one. Tokens that were fetched with
          it go on for their hour at most.
  --outputs FILE   the stack's outputs, where CloudFormation may not be asked`;

const shape = { stage: stageName, caller: stageName, outputs: z.string().optional() };

const command: Command = async (args, print) => {
  const { verb, rest } = readVerb(args, usage, ['rotate', 'retire']);
  const { stage, caller, outputs: file } = readArguments(rest, usage, shape);
  const { region, callers } = settingsOf(stage);
  if (!Object.hasOwn(callers, caller)) {
    throw new OperatorError(`--caller: one of ${Object.keys(callers).join(', ')}`);
  }
  const outputs = await stackOutputs(stage, region, file);
  const client = { poolId: outputNamed(outputs, 'UserPoolId'), clientId: outputNamed(outputs, `ClientId-${caller}`) };
  const lines = await (verb === 'rotate' ? addSecret : retireSecret)(client, awsCli(region));
  for (const line of lines) print(line);
  return true;
};

await runCommand(command);
