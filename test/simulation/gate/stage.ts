import type { TransportRequest, TransportResult } from '../../../lib/enkash/transport.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import { type CardApi, createCardApi } from './card-api.ts';
import type { GateCommands } from './commands.ts';
import { type Controls, createOperator } from './controls.ts';
import { type Deploy, type Deployment, type Surroundings, TOKEN_HOST } from './deployment.ts';
import type { Journal } from './journal.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { Process } from './process.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import {
  asDynamo,
  calmTable,
  createDynamoClient,
  createMemoryDynamo,
  createReadLimit,
  isWrite,
  type MemoryDynamo,
  type Send,
  type TableFaults,
} from './table.ts';
import { calmLogin, createTokenHost, notConnected } from './token-host.ts';
import { viewGates } from './views.ts';
import type { World } from './world.ts';

/** A process with what is deployed in it. */
export type Instance = {
  readonly process: Process;
  readonly deployment: Deployment;
  /** Another deployment has taken its place. */
  readonly isReplaced: () => boolean;
  /** An invocation has begun and not ended. */
  isAnswering: boolean;
};

/** What a world is made of, and its chances. */
export type Setting = {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly inTrouble: () => boolean;
};

/** EnKash, the table, Secrets Manager and the people of one world. @param realTable in place of the one in memory */
export function createStage(setting: Setting, deploy: Deploy, realTable: Send | undefined) {
  const { world, clock, random, journal, inTrouble } = setting;
  const memory = createMemoryDynamo();
  const table = mirrored(memory.send, realTable);
  const secretsDown = () => world.secretsDown && inTrouble();
  const secrets = createSecrets(clock, random, world.partners, world.staleSecretsMs, secretsDown);
  const ledger = createLedger({
    clock,
    world,
    gates: () => viewGates(memory.rows(), secrets),
    violate: journal.violate,
  });
  const apiFaults = () => (inTrouble() ? world.api : { ...world.api, strange401: 0 });
  const api = createCardApi(clock, random, world, apiFaults, journal.violate);
  const calm = { ...calmLogin, ...world.usualLogin };
  const loginFaults = () => (inTrouble() ? { ...calm, ...world.login } : calm);
  const tokenHost = createTokenHost({ clock, random, world, faults: loginFaults, ledger, api });
  const tableFaults = (): TableFaults | 'down' => {
    if (!inTrouble()) return calmTable;
    return world.storeDown ? 'down' : { ...calmTable, ...world.store };
  };
  const limit = createReadLimit(clock.now, world.readUnits);
  const parts: Parts = { ledger, api, secrets, memory };

  function surroundingsOf(process: Process, send: Send): Surroundings {
    const { owner } = process;
    const dead = () => new Error('socket hang up');
    return {
      owner,
      partners: world.partners.map(({ name }) => name),
      table: memory.name(),
      dynamo: asDynamo((command) => process.through(send(command), { dangerous: isWrite(command), io: dead })),
      fetchSecret: (id, selector) => process.through(secrets.fetchSecret(id, selector), { io: dead }),
      send(request) {
        if (request.url.origin !== TOKEN_HOST) return process.through(api.read(request), { io: () => reset });
        const seen = sendToTokenHost(process, request);
        return request.headers.authorization === undefined ? seen : process.loginUnderWay(seen);
      },
      now: process.now,
      sleep: (ms) => process.through(clock.sleep(ms)),
      random,
      report: (event) => journal.note(`${owner} ${Object.values(event).join(' ')}`),
    };
  }

  /** As the transport does it: the connection first, in which the process may stall, then the request, if it is not too late. */
  async function sendToTokenHost(process: Process, request: TransportRequest): Promise<TransportResult> {
    const sendBy =
      'sendBy' in request && typeof request.sendBy === 'number' ? request.sendBy : Number.POSITIVE_INFINITY;
    await process.through(clock.sleep(random.between(5, 40)), { dangerous: true });
    if (process.now() > sendBy) return notConnected;
    const result = tokenHost(request, { owner: process.owner, awake: process.runs });
    return process.through(result, { dangerous: true, io: () => reset });
  }

  const natureOf = (owner: string, nature: World): Process =>
    new Process(owner, { clock, random, nature, inTrouble, note: journal.note });
  const atPeace = natureOf('operator', { ...world, crash: 0, freeze: 0 });
  return {
    ...parts,
    controls: controlsOf(setting, parts, () => deploy(surroundingsOf(atPeace, table)).commands),
    /** Starts a process, cold. */
    start(owner: string): Instance {
      const process = natureOf(owner, world);
      const dynamo = createDynamoClient(clock, random, table, tableFaults, limit);
      const deployed = memory.name();
      const deployment = deploy(surroundingsOf(process, dynamo));
      return { process, deployment, isReplaced: () => memory.name() !== deployed, isAnswering: false };
    },
  };
}

type Parts = {
  readonly ledger: Ledger;
  readonly api: CardApi;
  readonly secrets: Secrets;
  readonly memory: MemoryDynamo;
};

const reset: TransportResult = { kind: 'failed', sent: true, why: 'reset', reusedSocket: false };

/** People act through a process of the stack, by its clock, on a table that answers them. */
function controlsOf(setting: Setting, parts: Parts, commands: () => GateCommands): Controls {
  const { clock, journal } = setting;
  const { ledger, api, secrets, memory } = parts;
  return {
    enkash: { ...ledger, revokeAll: api.revokeAll },
    table: {
      lose() {
        journal.note('the table is lost');
        memory.empty();
        ledger.forget();
      },
      backup: memory.backup,
      restore(older) {
        journal.note('an older table takes its place');
        memory.restore(older);
        ledger.forget();
      },
    },
    now: clock.now,
    sleep: clock.sleep,
    operator: createOperator(commands, { secrets, ledger, sleep: clock.sleep, note: journal.note }),
    current: secrets.current,
    save(partner, changes) {
      journal.note(`a secret is saved for ${partner}`);
      secrets.save(partner, changes);
    },
  };
}

/** Whatever the real table takes, the one in memory holds too: the invariants read that. */
function mirrored(memory: Send, real: Send | undefined): Send {
  if (!real) return memory;
  return async (command) => {
    const answer = await real(command);
    await memory(command);
    return answer;
  };
}
