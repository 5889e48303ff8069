import type { AlertEvent } from '../../lib/alerts/events.ts';
import type { Rule } from '../../lib/alerts/rule.ts';
import { createKnownAccounts } from '../../lib/balances/known-accounts.ts';
import { createSlotStore } from '../../lib/balances/slot-store.ts';
import { editionOf } from '../../lib/balances/watch-store.ts';
import { UpstreamError } from '../../lib/errors.ts';
import type { Grants } from '../../lib/grants.ts';
import { createTimetable, type EveryMinutes, everyMinutesChoices, isSlot } from '../../lib/slots.ts';
import { noteEdition } from '../../lib/snapshots/settle-alerts.ts';
import { takeSnapshots } from '../../lib/snapshots/take-snapshots.ts';
import { unwatch, watch } from '../../lib/snapshots/watch-account.ts';
import { createRandom } from '../rigs/gate-clock.ts';
import { createJobs } from '../rigs/jobs.ts';
import { createMemoryTable } from '../rigs/memory-table.ts';
import { MINUTE, midnight, rule } from '../rigs/samples.ts';
import { createWorker } from '../rigs/worker.ts';
import { createModel, type Model } from './snapshot-model.ts';

const HOUR = 60 * MINUTE;
/** Everything in a history happens on a minute; slots of every timetable do. */
const STEP = 5 * MINUTE;
const CLOSE_AFTER = 6 * MINUTE;
const companies = ['CEKTEST001', 'CEKTEST002'];

export type HistoryOptions = { readonly seed: number; readonly accounts: number; readonly hours: number };
export type HistoryFigures = {
  readonly seed: number;
  readonly accountSlots: number;
  readonly falseMissed: number;
  readonly lost: number;
  readonly wrongStates: number;
  readonly unmeasuredReads: number;
  readonly events: number;
  /** What was wrong, in words; the first few. */
  readonly complaints: readonly string[];
};

/**
 * One random history over the production planner, worker, reconciler and watches: timetables, grants, rules and watches
 * change, EnKash fails, the planner is late or off, and the reconciler is off for hours; what is left in the table is compared with the model.
 */
export async function playHistory({ seed, accounts, hours }: HistoryOptions): Promise<HistoryFigures> {
  const random = createRandom(seed);
  const table = createMemoryTable();
  const job = createJobs(table);
  const worker = createWorker(table);
  const published: AlertEvent[] = [];
  const publish = async (event: AlertEvent): Promise<void> => {
    if (random.chance(0.02)) throw new Error('not taken');
    published.push(event);
  };
  const model = createModel(companies);
  const ids = Array.from({ length: accounts }, (_, index) => ({
    companyId: companies[index % companies.length] ?? '',
    cardAccountId: `CA${index}`,
  }));
  const state = {
    ...{ every: 15 as EveryMinutes, granted: new Set(companies), outageUntil: 0, reconcilerOffUntil: 0 },
    ...{ plannerOffUntil: 0, firings: [] as { readonly slot: number; readonly at: number }[] },
  };
  const balances = new Map<string, number>();
  const now = (): number => job.world.now;
  const watching = {
    ...{ watches: job.watches, known: createKnownAccounts(table), alerts: job.deps.alerts, quota: job.deps.quota },
    ...{ maxWatched: 1e6, gridMs: STEP, now, sleep: async () => {}, random, log: () => {} },
  };
  const quotaless = {
    ...watching,
    quota: { take: async () => true, giveBack: async () => {}, recount: async () => {} },
  };
  const common = { require: () => {}, deadline: Number.POSITIVE_INFINITY };
  const grants = (): Grants => ({
    erp: { grants: [...state.granted].map((companyId) => ({ partner: 'acme', companyId })) },
  });

  async function change(account: (typeof ids)[number]): Promise<void> {
    // The API refuses it.
    if (!state.granted.has(account.companyId)) return;
    const dice = random();
    if (dice < 0.35) {
      const rules = dice < 0.25 ? { low: anyRule(random) } : {};
      await watch(quotaless, { account, partner: 'acme', caller: 'erp', rules, ...common });
      model.watched(account, now(), Object.keys(rules));
    } else if (dice < 0.45 && model.isWatched(account)) {
      await unwatch(quotaless, { account, ...common });
      model.unwatched(account);
    }
  }

  async function takeAll(slot: number): Promise<void> {
    const batch = job.world.sent
      .splice(0)
      .map(({ body }, index) => ({ id: `${index}`, receipt: '', body, attempt: 1 }));
    worker.world.now = now();
    const read = (cardAccountId: string): number => {
      const isDown = slot < state.outageUntil || random.chance(0.03);
      if (isDown) throw new UpstreamError('UPSTREAM_REFUSED');
      const balance = (balances.get(cardAccountId) ?? 110_000) + Math.round(random.between(-15_000, 15_000));
      balances.set(cardAccountId, Math.min(200_000, Math.max(20_000, balance)));
      return balances.get(cardAccountId) ?? 0;
    };
    worker.world.available = ({ cardAccountId }) => read(cardAccountId);
    await takeSnapshots({ ...worker.deps, publish }, batch, Number.POSITIVE_INFINITY);
  }

  for (let at = midnight; at < midnight + hours * HOUR; at += MINUTE) {
    job.world.now = at;
    if (random.chance(0.001)) {
      state.every = everyMinutesChoices[Math.floor(random() * everyMinutesChoices.length)] ?? 15;
      model.changed(companies);
    }
    if (random.chance(0.0015)) {
      const company = companies[Math.floor(random() * 2)] ?? '';
      toggle(state.granted, company);
      model.changed([company]);
    }
    if (random.chance(0.001)) state.outageUntil = at + random.between(0.2, 2) * HOUR;
    if (random.chance(0.0005)) state.reconcilerOffUntil = at + random.between(1, 6) * HOUR;
    if (random.chance(0.0005)) state.plannerOffUntil = at + random.between(0.1, 4) * HOUR;
    if (at % STEP !== 0) for (const account of ids) if (random.chance(0.002)) await change(account);
    job.world.timetable = createTimetable(state.every * 60, 300);
    job.world.grants = grants();
    if (isSlot(job.world.timetable, at)) {
      model.came(at, state.granted);
      const lateBy = random.chance(0.1) ? Math.floor(random.between(1, 5)) * MINUTE : 0;
      if (at >= state.plannerOffUntil) state.firings.push({ slot: at, at: at + lateBy });
    }
    for (const { slot } of takeDue(state.firings, at)) {
      job.world.now = at + 1_000;
      // A slot that the settings have no more is not planned.
      if ((await job.plan(slot)).outcome !== 'planning') continue;
      model.planned(slot);
      job.world.now = at + 2_000;
      await takeAll(slot);
    }
    if (at >= state.reconcilerOffUntil && isSlot(job.world.timetable, at - CLOSE_AFTER)) await job.run({ publish });
  }
  model.ended(midnight + hours * HOUR);
  // The backlog is worked off; what is due after the end is not compared.
  for (let firing = 0; firing < 24; firing += 1) {
    job.world.now += MINUTE;
    await job.run({ publish });
  }
  await settle(job, publish);
  return compare({ seed, model, published, table, ids, end: midnight + hours * HOUR });
}

function takeDue<T extends { readonly at: number }>(firings: T[], now: number): T[] {
  const due = firings.filter(({ at }) => at <= now);
  firings.splice(0, firings.length, ...firings.filter(({ at }) => at > now));
  return due;
}

function toggle(set: Set<string>, member: string): void {
  if (!set.delete(member)) set.add(member);
}

function anyRule(random: ReturnType<typeof createRandom>): Rule {
  const below = Math.round(random.between(80_000, 120_000));
  return { ...rule, below, recoverAt: below + 10_000, confirmations: random.chance(0.5) ? 1 : 2, cooldownMs: 0 };
}

/** What the next slot would do for accounts that have ended long ago. */
async function settle(
  job: ReturnType<typeof createJobs>,
  publish: (event: AlertEvent) => Promise<void>,
): Promise<void> {
  for (let shard = 0; shard < 16; shard += 1) {
    for (const watched of (await job.watches.page(shard)).watches) {
      await noteEdition(job.deps.alerts, editionOf(watched));
      const alerts = await job.deps.alerts.get(watched);
      for (const event of alerts.pending) await publish(event).catch(() => publish(event));
      if (alerts.pending.length > 0) await job.deps.alerts.put(watched, { ...alerts, pending: [] }, alerts);
    }
  }
}

type Left = {
  readonly seed: number;
  readonly model: Model;
  readonly published: readonly AlertEvent[];
  readonly table: ReturnType<typeof createMemoryTable>;
  readonly ids: readonly { readonly companyId: string; readonly cardAccountId: string }[];
  readonly end: number;
};

async function compare({ seed, model, published, table, ids, end }: Left): Promise<HistoryFigures> {
  const slots = createSlotStore(table, () => end);
  const job = createJobs(table);
  const complaints: string[] = [];
  const figures = { accountSlots: 0, falseMissed: 0, lost: 0, wrongStates: 0, unmeasuredReads: 0 };
  const byRule = Map.groupBy(published, (event) =>
    'cardAccountId' in event ? `${event.cardAccountId} ${event.ruleName ?? ''}` : '',
  );
  for (const account of ids) {
    const { rows } = await slots.page(account, { from: midnight - HOUR, to: end });
    const expected = model.expected(account);
    const isUnknown = (slot: number): boolean => model.isUnknown(account, slot);
    figures.accountSlots += [...expected].filter((slot) => !isUnknown(slot)).length;
    const there = new Set(rows.map(({ slot }) => slot));
    for (const row of rows) {
      if (expected.has(row.slot) || isUnknown(row.slot)) continue;
      if (row.status === 'missed') figures.falseMissed += 1;
      else figures.unmeasuredReads += 1;
      complaints.push(`${account.cardAccountId} ${new Date(row.slot).toISOString()} ${row.status}, not expected`);
    }
    for (const slot of expected) {
      if (there.has(slot) || isUnknown(slot)) continue;
      figures.lost += 1;
      complaints.push(`${account.cardAccountId} ${new Date(slot).toISOString()} has no row`);
    }
    const { memory, pending } = await job.deps.alerts.get(account);
    const told = byRule.get(`${account.cardAccountId} low`)?.at(-1)?.type;
    const phases: Record<string, string> = { BalanceLow: 'low', BalanceRecovered: 'ok', BalanceUnknown: 'unknown' };
    const heard = phases[told ?? ''] ?? 'ok';
    const isRuled = model.rules(account).includes('low');
    const wrong = pending.length > 0 || (isRuled ? (memory.low?.phase ?? 'ok') !== heard : memory.low !== undefined);
    const unended = !isRuled && told !== undefined && told !== 'BalanceWatchEnded';
    if (wrong || unended) {
      figures.wrongStates += 1;
      complaints.push(`${account.cardAccountId} was told ${told}, and is ${memory.low?.phase}`);
    }
  }
  return { seed, ...figures, events: published.length, complaints: complaints.slice(0, 5) };
}
