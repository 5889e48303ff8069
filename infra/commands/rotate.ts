import { readFileSync } from 'node:fs';
import {
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { awsRuntime } from '../../lib/env.ts';
import { liveFetchSecret, liveLoginGateDeps } from '../../lib/live/enkash.ts';
import { type Command, OperatorError, readArguments, runCommand } from './shared/arguments.ts';
import { type RotateDeps, rotate } from './shared/rotate.ts';
import type { StageFacts } from './shared/stage-facts.ts';
import { choosePartner, enkashEnvOf, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run rotate -- --stage NAME [--partner NAME] [--file FILE]
  Tests the pending version of the partner's secret with at most one login through the gate, then makes it current.
  In this order:
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
  const secretId = facts.secretIds[partner] ?? '';
  const text = asked.file === undefined ? undefined : readFile(asked.file);
  const { well, words } = await rotate({ partner, secretId, text }, liveDeps(facts));
  for (const line of words) print(line);
  return well;
};

function liveDeps(facts: StageFacts): RotateDeps {
  const { env } = facts;
  const silent = { log: () => {}, metric: () => {} };
  const client = new SecretsManagerClient(awsRuntime(env));
  return {
    gate: liveLoginGateDeps({ env: enkashEnvOf(facts), telemetry: silent, source: env }),
    fetchSecret: liveFetchSecret(env),
    async putPending(SecretId, SecretString) {
      const saved = await client.send(
        new PutSecretValueCommand({ SecretId, SecretString, VersionStages: ['AWSPENDING'] }),
      );
      return saved.VersionId ?? '';
    },
    async promote(SecretId, pendingId, currentId) {
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: pendingId, RemoveFromVersionId: currentId };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
      const done = { VersionStage: 'AWSPENDING', RemoveFromVersionId: pendingId };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...done }));
    },
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
