import { createEnkashClient, type EnkashClient } from '../../../lib/enkash/client.ts';
import { createCredentialSource, type FetchSecret } from '../../../lib/enkash/credentials.ts';
import type { SessionSource } from '../../../lib/enkash/session.ts';
import { sendControl, sendLogin } from '../../../lib/enkash/token-request.ts';
import type { Send } from '../../../lib/enkash/transport.ts';
import { createLoginGate } from '../../../lib/login-gate/gate.ts';
import type { GateEvent, LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { judgeControl, judgeLogin } from '../../../lib/login-gate/outcome.ts';
import { createLoginGateStore } from '../../../lib/login-gate/store.ts';
import { createCommands, type GateCommands } from './commands.ts';
import type { Dynamo } from './table.ts';

export const TOKEN_HOST = 'https://token.enkash.test';
const TOKEN_URL = `${TOKEN_HOST}/oauth/token`;
const ACCOUNT_URL = 'https://api.enkash.test/api/v0/partner/enKashCard/cardAccount/get';

/** What a process has of the world. */
export type Surroundings = {
  readonly owner: string;
  readonly partners: readonly string[];
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly fetchSecret: FetchSecret;
  readonly send: Send;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly report: (event: GateEvent) => void;
};

/** `commands`: the operator's, in the same code. */
export type Deployment = { readonly client: EnkashClient; readonly commands: GateCommands };
/** Puts a process's code together. A mutant is this file, bundled with a changed gate. */
export type Deploy = (around: Surroundings) => Deployment;

/** The gate's dependencies as lib/live/enkash.ts makes them, in this world. */
function gateDeps(around: Surroundings): LoginGateDeps {
  const { owner, now, sleep, random, send } = around;
  return {
    store: createLoginGateStore(around.dynamo, around.table),
    credentials: createCredentialSource({
      fetchSecret: around.fetchSecret,
      secretIds: Object.fromEntries(around.partners.map((partner) => [partner, partner])),
      now,
    }),
    tokenUrl: TOKEN_URL,
    login: async (version, sendBy) => judgeLogin(await sendLogin(send, TOKEN_URL, version, sendBy), now()),
    control: async () => judgeControl(await sendControl(send, TOKEN_URL), now()),
    now,
    sleep,
    random,
    newId: () => owner,
    report: around.report,
  };
}

/** The production client, gate, codec, credential source and judge of one process: the one place that knows how they are put together. */
export const deploy: Deploy = (around) => deployWith(createLoginGate, around);

export function deployWith(createGate: (deps: LoginGateDeps) => SessionSource, around: Surroundings): Deployment {
  const { now, sleep, random, send } = around;
  const deps = gateDeps(around);
  const client = createEnkashClient({
    send,
    preconnect: async () => undefined,
    sessions: createGate(deps),
    accountUrl: ACCOUNT_URL,
    notFoundCodes: [],
    now,
    sleep,
    random,
    onCall: () => undefined,
    onResidues: () => undefined,
  });
  return { client, commands: createCommands(deps) };
}
