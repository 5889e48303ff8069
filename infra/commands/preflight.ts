import * as z from 'zod';
import { type Command, readArguments, runCommand, stageName } from './shared/arguments.ts';
import { awsCli } from './shared/aws-cli.ts';
import { findingLines } from './shared/finding.ts';
import { preflight } from './shared/preflight.ts';
import { settingsOf } from './shared/settings-of.ts';

const usage = `npm run preflight -- --stage NAME
  Asks AWS, by its CLI, what it would refuse of a deployment: account, state of the stack, region, bootstrap, quota of
  concurrent executions, addresses, API Gateway's log role, domain of the token endpoint. Changes nothing.
  Exit code 1 when a deployment would fail; what could not be asked says "skipped" and why.
  --json  the findings as JSON`;

const command: Command = async (args, print) => {
  const { stage, json } = readArguments(args, usage, { stage: stageName, json: z.boolean().default(false) });
  const settings = settingsOf(stage);
  const findings = await preflight({ settings, ask: awsCli(settings.region) });
  for (const line of findingLines(findings, json)) print(line);
  return findings.every(({ result }) => result !== 'wrong');
};

await runCommand(command);
