import { readFileSync } from 'node:fs';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { awsRuntime } from '../../lib/env.ts';
import { type Command, OperatorError, readArguments, runCommand } from './shared/arguments.ts';
import { createFunctions } from './shared/invoke.ts';
import { type RotateDeps, rotate } from './shared/rotate.ts';
import type { StageFacts } from './shared/stage-facts.ts';
import { choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run rotate -- --stage NAME [--partner NAME] [--file FILE]
  Has the pending version of the partner's secret tested with at most one login through the gate, then made current.
  The login leaves from the stage's own addresses, which EnKash knows. In this order:
    1. Check that the gate is well: npm run gate -- status. Start from zero possible failures, at a quiet hour.
    2. Save the new credentials as the pending version, which nothing uses: --file FILE here, or
       aws secretsmanager put-secret-value --secret-id ARN --version-stages AWSPENDING --secret-string file://FILE
    3. Have EnKash change the password. The fleet's token goes on serving, for 5 minutes at most.
    4. Run this within those 5 minutes. If EnKash issued new credentials that work beside the old ones, take your time.
    5. Delete FILE. Watch LoginOutcomes on the dashboard for the next "accepted".
  Refused, without a login, while the gate stands at one or more possible failures.
${stageUsage}`;

const shape = {
  ...stageOptions,
  partner: z.string().optional(),
  file: z.string().optional(),
};

const command: Command = async (args, print) => {
  const asked = readArguments(args, usage, shape);
  const facts = await findStage(asked);
  const partner = choosePartner(facts, asked.partner);
  const text = asked.file === undefined ? undefined : readFile(asked.file);
  const deps = { facts, functions: createFunctions(facts), putPending: livePutPending(facts) };
  const { well, words } = await rotate(partner, text, deps);
  for (const line of words) print(line);
  return well;
};

/** @throws OperatorError when AWS does not take it: no login was sent */
function livePutPending({ aws, named }: StageFacts): RotateDeps['putPending'] {
  const client = new SecretsManagerClient(awsRuntime(aws));
  return async (SecretId, SecretString) => {
    const put = new PutSecretValueCommand({ SecretId, SecretString, VersionStages: ['AWSPENDING'] });
    const { VersionId } = await client.send(put).catch((error: unknown) => {
      const why = error instanceof Error ? error.name : 'an error';
      throw new OperatorError(
        `The pending version could not be saved (${why}). No login was sent. Your rights: the stack's output OperatorPolicy; the stage: ${named}`,
      );
    });
    return VersionId;
  };
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new OperatorError(`--file: ${file} cannot be read`);
  }
}

await runCommand(command);
