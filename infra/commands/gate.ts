import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { awsRuntime } from '../../lib/env.ts';
import { allowOne, describeGate } from '../../lib/login-gate/operator.ts';
import { createLoginGateStore } from '../../lib/login-gate/store.ts';
import { type Command, OperatorError, readArguments, runCommand } from './shared/arguments.ts';
import { choosePartner, findStage, stageOptions, stageUsage } from './shared/stages.ts';

const usage = `npm run gate -- status --stage NAME [--partner NAME]
npm run gate -- allow-one --stage NAME [--partner NAME]
  status     says whether logins to EnKash are possible, and what stands against them.
  allow-one  permits one login that the gate would not send by itself. Two logins may have failed already, and EnKash
             locks the account at the third failure in a row. So first: ask EnKash whether the account is locked and
             have it unlocked, and compare the secret with what EnKash issued. Only then allow one.
  --table NAME         the login gate's table, where the stack's outputs are not at hand (then --partner is needed)
${stageUsage}`;

const shape = {
  ...stageOptions,
  partner: z.string().optional(),
  table: z.string().optional(),
};

const command: Command = async ([verb, ...rest], print) => {
  if (verb !== 'status' && verb !== 'allow-one') throw new OperatorError(usage);
  const args = readArguments(rest, usage, shape);
  const { client, table, partner } = await find(args);
  const store = createLoginGateStore(client, table);
  if (verb === 'status') {
    print(`Login gate of partner ${partner}, stage ${args.stage}`);
    for (const line of describeGate(await store.read(partner), Date.now())) print(`  ${line}`);
    return true;
  }
  const result = await allowOne(store, partner, Date.now());
  print(words[result]);
  return result !== 'busy';
};

const words = {
  allowed: 'One login is permitted: the next request that needs a token sends it. Watch it with "status".',
  'already-allowed': 'One login was permitted already and is still to come. Nothing changed.',
  'not-needed': 'The gate is not closed, or a login is under way. Nothing changed.',
  busy: 'The gate kept changing. Nothing changed: try again.',
} as const;

async function find(args: z.output<z.ZodObject<typeof shape>>) {
  if (args.table !== undefined) {
    if (args.partner === undefined) throw new OperatorError(`--partner: is needed with --table\n\n${usage}`);
    return { client: new DynamoDBClient({}), table: args.table, partner: args.partner };
  }
  const facts = await findStage(args);
  const client = new DynamoDBClient(awsRuntime(facts.env));
  return { client, table: facts.loginGateTable, partner: choosePartner(facts, args.partner) };
}

await runCommand(command);
