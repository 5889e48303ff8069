import { createHandler as createPlan } from '../../functions/plan-snapshots.ts';
import { createHandler as createReconcile } from '../../functions/reconcile-snapshots.ts';
import { createHandler as createTake } from '../../functions/take-snapshot.ts';
import type { AlertEvent } from '../../lib/alerts/events.ts';
import type { Rule, Rules } from '../../lib/alerts/rule.ts';
import { createAlertsStore } from '../../lib/balances/alerts-store.ts';
import { createDayStore } from '../../lib/balances/day-store.ts';
import { createJobStore } from '../../lib/balances/job-store.ts';
import { createLatestStore } from '../../lib/balances/latest-store.ts';
import { createReadRows } from '../../lib/balances/read-rows.ts';
import { createReadingsStore } from '../../lib/balances/readings-store.ts';
import { createRunStore } from '../../lib/balances/run-store.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { createTimetableStore } from '../../lib/balances/timetable-store.ts';
import { createWatchQuota } from '../../lib/balances/watch-quota.ts';
import { createWatchStore } from '../../lib/balances/watch-store.ts';
import type { ReadRequest } from '../../lib/enkash/call.ts';
import { slotText } from '../../lib/instants.ts';
import { slotsBetween } from '../../lib/slots.ts';
import type { Remaining } from '../../lib/snapshots/job-handler.ts';
import type { JobMessage } from '../../lib/snapshots/job-message.ts';
import type { Outgoing } from '../../lib/snapshots/plan-slot.ts';
import { type Clock, createClock, createRandom } from '../rigs/gate-clock.ts';
import { createMemoryTable, type MemoryTable } from '../rigs/memory-table.ts';
import {
  accountNumber,
  alwaysQuarterHours,
  midnight,
  quarterHours,
  rule,
  rulesOf,
  snapshotWith,
  watchOf,
} from '../rigs/samples.ts';
import { enkashCall, type Faults, type Process, remoteTable } from './snapshot-faults.ts';
import { createQueue, type Queue } from './snapshot-queue.ts';

export type Fleet = {
  readonly table: MemoryTable;
  readonly calls: number;
  readonly published: readonly AlertEvent[];
  /** Writes that changed a row which was final, and calls outside the slots' windows. */
  readonly violations: readonly string[];
  readonly queue: Queue;
  readonly slots: readonly number[];
  /** Every body that the planner sent, for a redrive. */
  readonly bodies: readonly string[];
  readonly work: (body: string) => Promise<unknown>;
  readonly clock: Clock;
};

export type FleetOptions = {
  readonly seed: number;
  readonly accounts: number;
  readonly slots: number;
  readonly faults: Faults;
};

const QUARTER = quarterHours.periodMs;
const DUE_MS = 360_000;
export const start = midnight - 60_000;
/** Every fourth account has a rule; it is answered at once, so that crossings are frequent. */
const fleetRule: Rule = { ...rule, confirmations: 2, cooldownMs: 0 };
export const ruleOf = (index: number): Rule | null => (index % 4 === 0 ? fleetRule : null);

/** The balance that EnKash has: it swings around the rule's limits, each account in its own time. */
export function balanceAt(index: number, at: number): number {
  const phase = at / (6 * QUARTER) + index;
  return Math.round(110_000 + 40_000 * Math.sin(phase));
}

function fleetRules(index: number): Rules {
  const by = ruleOf(index);
  return by ? rulesOf(by, start) : {};
}
const partnerOfAccount = (cardAccountId: string): string => `partner-${Number(cardAccountId.slice(2)) % 3}`;
type Handler = (event: unknown, context: Remaining) => Promise<unknown>;
const context: Remaining = { getRemainingTimeInMillis: () => 900_000 };

/** Runs the production planner, worker and reconciler for some slots of a virtual day. */
export async function runFleet({ seed, accounts, slots: slotCount, faults }: FleetOptions): Promise<Fleet> {
  const clock = createClock(start);
  const random = createRandom(seed);
  const now = (): number => Math.floor(clock.now());
  const violations: string[] = [];
  const table = guarded(createMemoryTable(), violations);
  const published: AlertEvent[] = [];
  const bodies: string[] = [];
  let calls = 0;
  let owners = 0;

  const watches = createWatchStore(table);
  for (let index = 0; index < accounts; index += 1) {
    const common = { partner: partnerOfAccount(`CA${index}`), start };
    await watches.put(watchOf({ ...accountNumber(index), ...common, rules: fleetRules(index) }), undefined);
  }

  const publish = async (event: AlertEvent): Promise<void> => {
    await clock.sleep(5);
    if (random.chance(faults.busError / 2)) throw new Error('not taken');
    published.push(event);
    if (random.chance(faults.busError / 2)) throw new Error('taken, but the answer was lost');
  };

  function processDeps(process: Process) {
    const seen = remoteTable(table, { clock, random, faults, process });
    return {
      now,
      timetable: quarterHours,
      log: () => {},
      metric: () => {},
      publish,
      readRows: createReadRows(seen),
      slots: createSlotStore(seen, now),
      days: createDayStore(seen),
      latest: createLatestStore(seen),
      watches: createWatchStore(seen),
      alerts: createAlertsStore(seen),
      readings: createReadingsStore(seen),
      jobs: createJobStore(seen, now),
      runs: createRunStore(seen, now),
      timetables: createTimetableStore(seen),
      quota: createWatchQuota(seen, now),
      partnerOf: ({ cardAccountId }: { cardAccountId: string }) => partnerOfAccount(cardAccountId),
    };
  }

  const takeIn = (process: Process) =>
    createTake({
      ...processDeps(process),
      delay: async (receipt, seconds) => queue.delay(receipt, seconds),
      paceOf: () => async (end) => now() < end,
      enkash: {
        async readSummary({ companyId, cardAccountId, deadline }: ReadRequest) {
          calls += 1;
          if (now() >= deadline) violations.push(`call after its deadline for ${cardAccountId}`);
          await enkashCall({ clock, random, faults, process });
          const { accountType, cards, balances, points } = snapshotWith(
            balanceAt(Number(cardAccountId.slice(2)), now()),
          );
          const names = { companyName: null, accountTitle: null };
          return {
            account: { companyId, cardAccountId, ...names, accountType, cards, balances, points },
            observedAt: now(),
          };
        },
      },
    });

  const queue = createQueue({
    ...{ clock, random, faults, batchSize: 50, concurrency: 20, visibilityMs: 120_000, maxReceive: 10 },
    work: (event, process) => takeIn(process)(event, { getRemainingTimeInMillis: () => 30_000 }),
  });

  /** A job's process dies as often as a planner does. */
  const jobQueue = (visibilityMs: number, work: (process: Process) => Handler): Queue =>
    createQueue({
      ...{ clock, random, batchSize: 1, concurrency: 16, visibilityMs, maxReceive: 20 },
      faults: { ...faults, workerCrash: faults.plannerCrash },
      work: (event, process) => work(process)(event, context),
    });
  const planJobs = jobQueue(180_000, (process) => createPlan(planDeps(process)));
  const closeJobs = jobQueue(720_000, (process) => createReconcile(reconcileDeps(process)));
  const backlogJobs = jobQueue(720_000, (process) => createReconcile(reconcileDeps(process)));

  const sendTo =
    (process: Process, to: () => Queue) =>
    async (jobs: readonly JobMessage[]): Promise<void> => {
      await clock.sleep(random.between(5, 20));
      if (!process.alive) return new Promise(() => {});
      to().send(jobs.map((job) => ({ body: JSON.stringify(job) })));
    };

  const jobDeps = (process: Process, to: () => Queue) => ({
    ...processDeps(process),
    newOwner: () => {
      owners += 1;
      return `owner-${owners}`;
    },
    sendJobs: sendTo(process, to),
    sendAgain: (_queue: string, jobs: readonly JobMessage[]) => sendTo(process, to)(jobs),
  });

  const planDeps = (process: Process) => ({
    ...jobDeps(process, () => planJobs),
    async send(batch: readonly Outgoing[]): Promise<void> {
      await clock.sleep(random.between(5, 20));
      if (!process.alive) return new Promise(() => {});
      queue.send(batch);
      bodies.push(...batch.map(({ body }) => body));
    },
  });

  const reconcileDeps = (process: Process) => ({
    ...jobDeps(process, () => closeJobs),
    ...{ timetables: async () => alwaysQuarterHours, callers: ['erp'], graceMs: 60_000 },
    sendBacklog: sendTo(process, () => backlogJobs),
  });

  /** An invocation that dies or fails is tried again after a minute, at most twice, as Lambda does. */
  function fire(handlerOf: (process: Process) => Handler, slot: number, attempt = 0): void {
    const process: Process = { alive: true };
    const death = random.chance(faults.plannerCrash) ? clock.sleep(random.between(1, 40)) : undefined;
    const killed = death?.then(() => {
      process.alive = false;
      throw new Error('killed');
    });
    Promise.race([handlerOf(process)({ slot: slotText(slot) }, context), ...(killed ? [killed] : [])]).catch(() => {
      if (attempt < 2) clock.after(60_000, () => fire(handlerOf, slot, attempt + 1));
    });
  }
  const plan = (slot: number): void => fire((process) => createPlan(planDeps(process)), slot);
  const reconcile = (): void => fire((process) => createReconcile(reconcileDeps(process)), now());

  const slots = slotsBetween(quarterHours, { from: midnight, to: midnight + slotCount * QUARTER });
  for (const slot of slots) {
    clock.after(slot - start, () => {
      plan(slot);
      if (random.chance(faults.doubleFire))
        clock.after(random.chance(0.5) ? 0 : random.between(0, 120_000), () => plan(slot));
    });
    clock.after(slot - start + DUE_MS, () => reconcile());
  }
  clock.after(slotCount * QUARTER + DUE_MS + 60_000, () => reconcile());
  await clock.runUntil(midnight + (slotCount + 2) * QUARTER);

  const work = (body: string) =>
    takeIn({ alive: true })({ Records: [{ messageId: 'redriven', body }] }, { getRemainingTimeInMillis: () => 30_000 });
  return {
    ...{ table, published, violations, queue, slots, bodies, work, clock },
    get calls() {
      return calls;
    },
  };
}

/** Sees every write: a final slot row must never change. */
function guarded(table: MemoryTable, violations: string[]): MemoryTable {
  return {
    ...table,
    async put(key, attributes, condition) {
      const held = table.partitions.get(key.pk)?.get(key.sk);
      const final = key.sk.startsWith('slot#') && key.pk.startsWith('account#') && held && held.status !== 'failed';
      const written = await table.put(key, attributes, condition);
      if (written && final) violations.push(`${key.pk} ${key.sk} was final`);
      return written;
    },
  };
}
