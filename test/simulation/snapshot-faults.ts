import type { Table } from '../../lib/balances/table.ts';
import { UpstreamError } from '../../lib/errors.ts';
import type { Clock, Random } from '../rigs/gate-clock.ts';

/** How often what goes wrong; probabilities. */
export type Faults = {
  readonly doubleFire: number;
  readonly plannerCrash: number;
  readonly duplicate: number;
  readonly workerCrash: number;
  readonly enkashTimeout: number;
  readonly enkashError: number;
  readonly lostAck: number;
  readonly busError: number;
};

export const healthy: Faults = {
  doubleFire: 0,
  plannerCrash: 0,
  duplicate: 0,
  workerCrash: 0,
  enkashTimeout: 0,
  enkashError: 0,
  lostAck: 0,
  busError: 0,
};

/** R5 of reliability.md, and crashes on top. */
export const rough: Faults = {
  doubleFire: 0.3,
  plannerCrash: 0.05,
  duplicate: 0.02,
  workerCrash: 0.005,
  enkashTimeout: 0.05,
  enkashError: 0.05,
  lostAck: 0.03,
  busError: 0.02,
};

/** A process that can be killed: from then on nothing it starts is done and nothing it waits for comes. */
export type Process = { alive: boolean };
const never = new Promise<never>(() => {});

/**
 * The table as one process sees it: 2 to 8 ms away, and `lostAck` of the writes are done without the process being told.
 * The SDK then repeats the write, and meets its own row; one time in three that fails as well.
 */
export function remoteTable(table: Table, { clock, random, faults, process }: Around): Table {
  async function reach<T>(work: () => Promise<T>): Promise<T> {
    await clock.sleep(random.between(2, 8));
    return process.alive ? work() : never;
  }
  async function write(work: () => Promise<boolean>): Promise<boolean> {
    const first = await reach(work);
    if (!random.chance(faults.lostAck)) return first;
    const second = await reach(work);
    if (random.chance(1 / 3)) throw new Error('the connection was lost twice');
    return second;
  }
  return {
    get: (...args) => reach(() => table.get(...args)),
    batchGet: (...args) => reach(() => table.batchGet(...args)),
    query: (...args) => reach(() => table.query(...args)),
    put: (...args) => write(() => table.put(...args)),
    update: (...args) => write(() => table.update(...args)),
  };
}

export type Around = {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly process: Process;
};

/** EnKash's answer takes 40 to 160 ms, a time-out 3 s. @throws UpstreamError as often as `faults` say */
export async function enkashCall({ clock, random, faults, process }: Around): Promise<void> {
  const fails = random();
  await clock.sleep(fails < faults.enkashTimeout ? 3_000 : random.between(40, 160));
  if (!process.alive) await never;
  if (fails < faults.enkashTimeout) throw new UpstreamError('UPSTREAM_TIMEOUT');
  if (fails < faults.enkashTimeout + faults.enkashError) throw new UpstreamError('UPSTREAM_UNAVAILABLE');
}
