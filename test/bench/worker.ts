import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createTable } from '../../lib/balances/table.ts';
import { createCipher } from '../../lib/enkash/cipher.ts';
import { createEnkashClient, type EnkashClient } from '../../lib/enkash/client.ts';
import type { TransportResult } from '../../lib/enkash/transport.ts';
import { createTimetable, slotsBetween } from '../../lib/slots.ts';
import { createPacers } from '../../lib/snapshots/pacer.ts';
import { takeSnapshots } from '../../lib/snapshots/take-snapshots.ts';
import fixture from '../fixtures/card-account-get-success.json' with { type: 'json' };
import { sandboxCredentials } from '../local/enkash-sandbox.ts';
import { createCountedDynamo } from './counted-dynamo.ts';

export type WorkerOptions = {
  readonly accounts: number;
  /** Messages of one invocation. */
  readonly batch: number;
  /** How long EnKash takes. */
  readonly latencyMs: number;
  /** Calls a second that the partner is paced at. @default none */
  readonly perSecond?: number;
  /** Speaks to the table. @default one that counts what it is asked, in no time */
  readonly client?: DynamoDBClient;
};
export type WorkerRun = {
  readonly perSecond: number;
  /** Of the process. */
  readonly cpuMs: number;
  /** Of any second, the calls to EnKash at most. */
  readonly mostInASecond: number;
  readonly calls: number;
  readonly dynamoRequests: number;
  readonly writes: number;
  readonly reads: number;
  readonly largestItem: number;
  readonly returned: number;
};

const credentials = { versionId: 'bench', ...sandboxCredentials };
const cipher = createCipher(credentials);

/** Works a queue of messages, batch after batch, as Lambda hands them to one instance. */
export async function runWorker(options: WorkerOptions): Promise<WorkerRun> {
  const { accounts, batch, latencyMs, perSecond } = options;
  const ids = Array.from({ length: accounts }, (_, index) => ({
    companyId: 'CEKBENCH01',
    cardAccountId: `CA${String(index).padStart(8, '0')}`,
  }));
  const dynamo = createCountedDynamo();
  const table = createTable({ client: options.client ?? dynamo.client, tableName: 'bench', sleep });
  const timetable = createTimetable(900, 300);
  const slot = slotsBetween(timetable, { from: Date.now() - 900_000, to: Date.now() + 1 }).at(-1) ?? 0;
  // The slot's window is open, however the clock stands.
  const behind = Date.now() - (slot + 1_000);
  const now = (): number => Date.now() - behind;
  const upstream = createUpstream(ids, latencyMs, now);
  const deps = {
    readRows: createReadRows(table),
    slots: createSlotStore(table, now),
    latest: createLatestStore(table),
    alerts: createAlertsStore(table),
    enkash: upstream.client,
    paceOf: createPacers(perSecond === undefined ? {} : { acme: perSecond }, 1, {
      now: performance.now.bind(performance),
      sleep,
    }),
    publish: async () => {},
    delay: async () => {},
    now,
    log: () => {},
    metric: () => {},
  };
  const messages = ids.map((account, index) => ({
    id: `${index}`,
    body: JSON.stringify({
      v: 1,
      slot: new Date(slot).toISOString(),
      partner: 'acme',
      ...account,
      edition: 1,
      until: slot + 300_000,
    }),
    attempt: 1,
    receipt: `${index}`,
  }));
  let returned = 0;
  const started = performance.now();
  const before = process.cpuUsage();
  for (let first = 0; first < accounts; first += batch) {
    returned += (await takeSnapshots(deps, messages.slice(first, first + batch), Number.MAX_SAFE_INTEGER)).length;
  }
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return {
    cpuMs: (user + system) / 1_000,
    perSecond: accounts / seconds,
    mostInASecond: mostInASecond(upstream.times),
    calls: upstream.times.length,
    ...dynamo.counts(),
    returned,
  };
}

/** EnKash behind our own client: real ciphers and schemas, no sockets. Replies are made before the clock starts. */
function createUpstream(
  ids: readonly { readonly companyId: string; readonly cardAccountId: string }[],
  latencyMs: number,
  now: () => number,
): { readonly client: EnkashClient; readonly times: number[] } {
  const times: number[] = [];
  const replies = new Map<string, TransportResult>();
  for (const { companyId, cardAccountId } of ids) {
    const payload = { ...fixture.payload, companyId, cardAccountId };
    const body = JSON.stringify({ request: cipher.encrypt(JSON.stringify({ ...fixture, payload })) });
    replies.set(JSON.stringify({ request: cipher.encrypt(JSON.stringify({ cardAccountId, companyId })) }), {
      ...{ kind: 'reply', status: 200, contentType: 'application/json', retryAfter: undefined, headers: {} },
      body: Buffer.from(body),
    });
  }
  const client = createEnkashClient({
    async send({ body }) {
      times.push(performance.now());
      await sleep(latencyMs);
      return replies.get(body) ?? { kind: 'failed', sent: false, why: 'dns', reusedSocket: false };
    },
    preconnect: async () => {},
    sessions: {
      preload: async () => {},
      get: async () => ({ token: 'bench', credentials, expiresAt: Number.POSITIVE_INFINITY }),
      accepted: async () => {},
      renew: async ({ session }) => session,
    },
    accountUrl: 'https://enkash.invalid/account',
    notFoundCodes: [],
    now,
    sleep,
    random: Math.random,
    onCall: () => {},
    onResidues: () => {},
  });
  return { client, times };
}

/** A timer may be late, so that the next call is nearer to it: 20 ms of a second are forgiven. */
function mostInASecond(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) > 980) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
