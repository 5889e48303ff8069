import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { ClassicLevel } from 'classic-level';
import { isLoopback, tokenOrigin } from '../../lib/enkash-url.ts';
import { type StageSettings, StageSettingsError } from './stage-settings.ts';

export type GateFolder = { readonly dynamoDbFolder: string; release(): Promise<void> };

/**
 * Where the login gate of another EnKash outlives the stage: one folder of the user for each token host, for all checkouts
 * of this project. EnKash counts failed logins across our restarts, so the gate must too. EnKash's users share it: the
 * secret file may name another one at any time, and each has an item of its own in there.
 * @returns undefined where nothing is kept: for the sandbox, for somebody else's DynamoDB, for ENKASH_GATE=open on loopback
 */
export function gateFolderOf(env: NodeJS.ProcessEnv, settings: StageSettings): string | undefined {
  const { ENKASH_TOKEN_URL: tokenUrl, ENKASH_GATE: gate } = settings;
  if (!tokenUrl || env.AWS_ENDPOINT_URL_DYNAMODB || (gate === 'open' && isLoopback(tokenUrl))) return undefined;
  const { XDG_STATE_HOME: asked = '', HOME: home = homedir() } = env;
  // The XDG specification: a relative path is ignored.
  const stateHome = isAbsolute(asked) ? asked : join(home, '.local', 'state');
  const name = createHash('sha256')
    .update(String(tokenOrigin(tokenUrl)))
    .digest('hex');
  return join(stateHome, 'enkash-card-accounts', name.slice(0, 16));
}

/**
 * Takes the folder for this process, until it is released or the process ends, by whatever end: LevelDB's lock belongs to
 * the operating system. It is a database of its own, since dynalite does not say that its own one is locked.
 * @throws StageSettingsError when another process has it, or it cannot be used
 */
export async function holdGateFolder(folder: string): Promise<GateFolder> {
  const dynamoDbFolder = join(folder, 'dynamodb');
  const lock = new ClassicLevel(join(folder, 'lock'));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await lock.open();
    // A database opens itself soon after it is made, so not before the lock is ours.
    const data = new ClassicLevel(dynamoDbFolder);
    await data.open();
    await data.close();
  } catch (error) {
    await lock.close();
    throw new StageSettingsError(`ENKASH_TOKEN_URL: ${whyNot(error)} (${folder})`);
  }
  return { dynamoDbFolder, release: () => lock.close() };
}

function whyNot(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED'
    ? 'another npm start uses its login gate: stop that one first, since two would count failed logins apart'
    : 'its login gate cannot be kept in the state folder, and nobody logs in without it';
}

/** The tables of a stage whose DynamoDB outlives it: the gate's goes on, the balances begin anew with every stage. */
export async function keptTables(names: { readonly loginGateTable: string; readonly balancesTable: string }) {
  const client = new DynamoDBClient({});
  const loginGateTable = await firstUsable(client, names.loginGateTable);
  const balancesTable = await firstUsable(client, names.balancesTable);
  if (await statusOf(client, balancesTable)) {
    await client.send(new DeleteTableCommand({ TableName: balancesTable }));
    await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: balancesTable });
  }
  client.destroy();
  return { loginGateTable, balancesTable };
}

/** The first of `name`, `name-2`, … that is not half made: what a killed process was making is never finished. */
async function firstUsable(client: DynamoDBClient, name: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if ((await statusOf(client, candidate)) !== 'CREATING') return candidate;
  }
}

async function statusOf(client: DynamoDBClient, name: string): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
