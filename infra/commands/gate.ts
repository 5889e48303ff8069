import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { awsRuntime, type EnvSource } from '../../lib/env.ts';
import { liveFetchSecret } from '../../lib/live/enkash.ts';
import { type AllowOneResult, allowOne, describeGate } from '../../lib/login-gate/operator.ts';
import { createLoginGateStore } from '../../lib/login-gate/store.ts';
import { type Command, OperatorError, readArguments, readVerb, runCommand, UsageError } from './shared/arguments.ts';
import { choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run gate -- status --stage NAME [--partner NAME]
npm run gate -- allow-one --stage NAME [--partner NAME] [--same-secret]
  status     says whether logins to EnKash are possible, and what stands against them.
  allow-one  permits one login that the gate would not send by itself. Two logins may have failed already, and EnKash
             locks the account at the third failure in a row. So first: ask EnKash whether the account is locked and
             have it unlocked, and compare the secret with what EnKash issued. Only then allow one.
             Any login spends the permission. It is refused where the gate logs in by itself.
  --same-secret        permits it although EnKash refused this very secret: it is right, and EnKash mended something
  --secret-id ID       the partner's secret, where the stack's outputs are not at hand
  --table NAME         the login gate's table, where the stack's outputs are not at hand (then --partner is needed)
${stageUsage}`;

const shape = {
  ...stageOptions,
  partner: z.string().optional(),
  table: z.string().optional(),
  'secret-id': z.string().optional(),
  'same-secret': z.boolean().default(false),
};

const command: Command = async (given, print) => {
  const { verb, rest } = readVerb(given, usage, ['status', 'allow-one']);
  const args = readArguments(rest, usage, shape);
  const { client, table, partner, secretId, env } = await find(args);
  const store = createLoginGateStore(client, table);
  if (verb === 'status') {
    print(`Login gate of partner ${partner}, stage ${args.stage}`);
    for (const line of describeGate(await store.read(partner), Date.now())) print(`  ${line}`);
    return true;
  }
  const versions = await versionsOf(secretId, env);
  const result = await allowOne(store, { partner, ...versions, sameSecret: args['same-secret'] }, Date.now());
  print(words[result]);
  return result !== 'busy' && result !== 'refused-before';
};

const words: Readonly<Record<AllowOneResult, string>> = {
  allowed: 'One login is permitted: the next request that needs a token sends it. Watch it with "status".',
  'already-allowed': 'One login was permitted already and is still to come. Nothing changed.',
  'login-under-way': 'A login is under way, its outcome decides. Nothing changed: run "status" in a minute.',
  'not-closed': 'Not needed: no possible failure stands. Nothing changed.',
  'goes-by-itself':
    'Not needed: the gate sends the next login by itself, because the current secret version, or a proven one before it, was not refused. Nothing changed: run "status" for when.',
  'refused-before':
    'Refused: EnKash refused the current secret version before. Nothing changed. Save the right secret first; if this one is right and EnKash mended something, add --same-secret.',
  busy: 'The gate kept changing. Nothing changed: try again.',
};

/** What the gate would choose among. @throws OperatorError when the secret cannot be read */
async function versionsOf(secretId: string, env: EnvSource) {
  const fetchSecret = liveFetchSecret(env);
  try {
    const [current, previous] = await Promise.all([
      fetchSecret(secretId, { stage: 'AWSCURRENT' }),
      fetchSecret(secretId, { stage: 'AWSPREVIOUS' }),
    ]);
    if (current) return { current, previousId: previous?.versionId };
  } catch {
    throw new OperatorError('The secret cannot be read, so nobody knows which version would be sent. Nothing changed.');
  }
  throw new OperatorError('The secret has no current version: there is nothing to log in with. Nothing changed.');
}

async function find(args: z.output<z.ZodObject<typeof shape>>) {
  const { table, partner, 'secret-id': secretId } = args;
  if (table !== undefined) {
    if (partner === undefined) throw new UsageError('--partner: is needed with --table', usage);
    return { client: new DynamoDBClient({}), table, partner, secretId: secretId ?? '', env: process.env };
  }
  const facts = await findStage(args);
  const chosen = choosePartner(facts, partner);
  return {
    client: new DynamoDBClient(awsRuntime(facts.env)),
    table: facts.loginGateTable,
    partner: chosen,
    secretId: facts.secretIds[chosen] ?? '',
    env: facts.env,
  };
}

await runCommand(command);
