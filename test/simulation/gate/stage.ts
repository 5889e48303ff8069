import type { TransportResult } from '../../../lib/enkash/transport.ts';
import { createLoginGateStore } from '../../../lib/login-gate/store.ts';
import type { Clock, Random } from '../../rigs/gate-clock.ts';
import { createCardApi } from './card-api.ts';
import { type Controls, createOperator } from './controls.ts';
import { type Deploy, type Deployment, TOKEN_HOST } from './deployment.ts';
import type { Journal } from './journal.ts';
import { createLedger } from './ledger.ts';
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
import { calmLogin, createTokenHost } from './token-host.ts';
import { viewGates } from './views.ts';
import type { World } from './world.ts';

/** A process with what is deployed in it. */
export type Instance = { readonly process: Process; readonly deployment: Deployment };

/** What a world is made of, and its chances. */
export type Setting = {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly inTrouble: () => boolean;
};

/** EnKash, the table, Secrets Manager and the people of one world. @param realTable in place of the one in memory */
export function createStage(setting: Setting, realTable: Send | undefined) {
  const { world, clock, random, journal, inTrouble } = setting;
  const memory = createMemoryDynamo();
  const table = mirrored(memory.send, realTable);
  const secretsDown = () => world.secretsDown && inTrouble();
  const secrets = createSecrets(clock, random, world.partners, world.staleSecretsMs, secretsDown);
  const ledger = createLedger(clock, world, () => viewGates(memory.rows(), secrets), journal.violate);
  const apiFaults = () => (inTrouble() ? world.api : { ...world.api, strange401: 0 });
  const api = createCardApi(clock, random, world, apiFaults, journal.violate);
  const loginFaults = () => (inTrouble() ? { ...calmLogin, ...world.login } : calmLogin);
  const tokenHost = createTokenHost(clock, random, world, loginFaults, ledger, api);
  const tableFaults = (): TableFaults | 'down' => {
    if (!inTrouble()) return calmTable;
    return world.storeDown ? 'down' : { ...calmTable, ...world.store };
  };
  const limit = createReadLimit(clock.now, world.readUnits);
  return {
    ledger,
    api,
    controls: controlsOf(setting, { ledger, api, secrets, memory, table }),
    /** Starts a process, cold; its code is `deploy`'s. */
    start(owner: string, deploy: Deploy): Instance {
      const process = new Process(owner, { clock, random, nature: world, inTrouble, note: journal.note });
      const dynamo = createDynamoClient(clock, random, table, tableFaults, limit);
      const deployment = deploy({
        owner,
        partners: world.partners.map(({ name }) => name),
        dynamo: asDynamo((command) =>
          process.through(dynamo(command), { dangerous: isWrite(command), io: () => new Error('socket hang up') }),
        ),
        fetchSecret: (id, selector) =>
          process.through(secrets.fetchSecret(id, selector), { io: () => new Error('socket hang up') }),
        send(request) {
          if (request.url.origin !== TOKEN_HOST) return process.through(api.read(request), { io: () => reset });
          const result = tokenHost(request, { owner, awake: process.runs });
          const seen = process.through(result, { dangerous: true, io: () => reset });
          return request.headers.authorization === undefined ? seen : process.loginUnderWay(seen);
        },
        now: process.now,
        sleep: (ms) => process.through(clock.sleep(ms)),
        random,
        report: (event) => journal.note(`${owner} ${Object.values(event).join(' ')}`),
      });
      return { process, deployment };
    },
  };
}

const reset: TransportResult = { kind: 'failed', sent: true, why: 'reset', reusedSocket: false };

/** People act by a clock of a stack's process, on a table that answers them. */
function controlsOf(
  { world, clock, random, journal }: Setting,
  parts: {
    readonly ledger: ReturnType<typeof createLedger>;
    readonly api: ReturnType<typeof createCardApi>;
    readonly secrets: Secrets;
    readonly memory: MemoryDynamo;
    readonly table: Send;
  },
): Controls {
  const { ledger, api, secrets, memory, table } = parts;
  const skew = random.between(-world.skewMs, world.skewMs);
  const store = createLoginGateStore(asDynamo(table), 'gate');
  return {
    enkash: { ...ledger, revokeAll: api.revokeAll },
    table: memory,
    now: clock.now,
    operator: createOperator(store, secrets, ledger, () => clock.now() + skew, journal.note),
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
