import type { AlertEvent } from '../../lib/alerts/events.ts';
import type { Rule } from '../../lib/alerts/rule.ts';
import { createKnownAccounts } from '../../lib/balances/known-accounts.ts';
import type { Span } from '../../lib/calendar.ts';
import { UpstreamError } from '../../lib/errors.ts';
import type { Grants } from '../../lib/grants.ts';
import { createTimetable, type EveryMinutes, everyMinutesChoices, isSlot } from '../../lib/slots.ts';
import { takeSnapshots } from '../../lib/snapshots/take-snapshots.ts';
import { unwatch, watch } from '../../lib/snapshots/watch-account.ts';
import { createRandom } from '../rigs/gate-clock.ts';
import { createJobs } from '../rigs/jobs.ts';
import { createMemoryTable } from '../rigs/memory-table.ts';
import { MINUTE, midnight, rule } from '../rigs/samples.ts';
import { createWorker } from '../rigs/worker.ts';
import { compare, falselyOut, type HistoryFigures } from './snapshot-histories-check.ts';
import { createModel } from './snapshot-model.ts';

const HOUR = 60 * MINUTE;
/** Everything in a history happens on a minute; slots of every timetable do. */
const STEP = 5 * MINUTE;
const CLOSE_AFTER = 6 * MINUTE;
/** At the end nothing changes or fails, so that everything that was told of trouble is taken back. */
const CALM = 3 * HOUR;
const companies = ['CEKTEST001', 'CEKTEST002'];
const partners = ['acme', 'beta'];

export type HistoryOptions = { readonly seed: number; readonly accounts: number; readonly hours: number };
/**
 * One random history over the production planner, worker, reconciler and watches: timetables, grants, partners, rules and
 * watches change, EnKash fails as a whole or for some accounts, the planner is late or off, and the reconciler is off for
 * hours or for more than a day; what is left in the table and what was told is compared with the model.
 */
export async function playHistory({ seed, accounts, hours }: HistoryOptions): Promise<HistoryFigures> {
  const random = createRandom(seed);
  const end = midnight + hours * HOUR;
  const table = createMemoryTable();
  const job = createJobs(table);
  const worker = createWorker(table);
  const published: AlertEvent[] = [];
  const complaints: string[] = [];
  const publish = async (event: AlertEvent): Promise<void> => {
    if (now() < end && random.chance(0.02)) {
      state.refused += 1;
      throw new Error('not taken');
    }
    published.push(event);
  };
  const model = createModel(companies);
  const ids = Array.from({ length: accounts }, (_, index) => ({
    companyId: companies[index % companies.length] ?? '',
    cardAccountId: `CA${index}`,
  }));
  const state = {
    ...{
      every: 15 as EveryMinutes,
      granted: new Set(companies),
      reconcilerOffUntil: 0,
      plannerOffUntil: 0,
      refused: 0,
    },
    /** By company. */
    partners: new Map(companies.map((company) => [company, 'acme'])),
    /** By partner or account. */
    failsUntil: new Map<string, number>(),
    firings: [] as { readonly slot: number; readonly at: number }[],
  };
  const long = longAbsence(random, hours);
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
  const isDown = (name: string): boolean => now() < (state.failsUntil.get(name) ?? 0);
  const partnerOf = (companyId: string): string => state.partners.get(companyId) ?? '';
  const grants = (): Grants => ({
    erp: { grants: [...state.granted].map((companyId) => ({ partner: partnerOf(companyId), companyId })) },
  });

  async function change(account: (typeof ids)[number]): Promise<void> {
    // The API refuses it.
    if (!state.granted.has(account.companyId)) return;
    const dice = random();
    if (dice < 0.35) {
      const rules = dice < 0.25 ? { low: anyRule(random) } : {};
      await watch(quotaless, { account, partner: partnerOf(account.companyId), caller: 'erp', rules, ...common });
      model.watched(account, now(), Object.keys(rules));
    } else if (dice < 0.45 && model.isWatched(account)) {
      await unwatch(quotaless, { account, ...common });
      model.unwatched(account);
    }
  }

  async function takeAll(): Promise<void> {
    const batch = job.world.sent
      .splice(0)
      .map(({ body }, index) => ({ id: `${index}`, receipt: '', body, attempt: 1 }));
    worker.world.now = now();
    worker.world.available = ({ partner, cardAccountId }) => {
      if (isDown(partner) || isDown(cardAccountId) || (now() < end && random.chance(0.03)))
        throw new UpstreamError('UPSTREAM_REFUSED');
      const balance = (balances.get(cardAccountId) ?? 110_000) + Math.round(random.between(-15_000, 15_000));
      balances.set(cardAccountId, Math.min(200_000, Math.max(20_000, balance)));
      return balances.get(cardAccountId) ?? 0;
    };
    await takeSnapshots({ ...worker.deps, publish }, batch, Number.POSITIVE_INFINITY);
  }

  /** What may change within a minute, by chance. */
  async function changeSome(at: number): Promise<void> {
    const anyCompany = (): string => companies[Math.floor(random() * 2)] ?? '';
    const isSteady = at > long.from - 7 * HOUR && at < long.to + CALM;
    if (random.chance(0.001) && !isSteady) {
      state.every = everyMinutesChoices[Math.floor(random() * everyMinutesChoices.length)] ?? 15;
      model.changed(companies);
    }
    if (random.chance(0.0015)) {
      const company = anyCompany();
      toggle(state.granted, company);
      model.changed([company]);
    }
    for (const company of companies) {
      if (random.chance(isDown(partnerOf(company)) ? 0.02 : 0.0005)) state.partners.set(company, anyPartner(random));
    }
    if (random.chance(0.001)) state.failsUntil.set(anyPartner(random), at + random.between(0.2, 2) * HOUR);
    if (random.chance(0.001)) {
      for (const { cardAccountId } of ids) {
        if (random.chance(0.1)) state.failsUntil.set(cardAccountId, at + random.between(1, 8) * HOUR);
      }
    }
    if (random.chance(0.0005) && !isSteady) state.reconcilerOffUntil = at + random.between(1, 6) * HOUR;
    if (at === long.from) state.reconcilerOffUntil = long.to;
    if (random.chance(0.0005)) state.plannerOffUntil = at + random.between(0.1, 4) * HOUR;
    if (at % STEP !== 0) for (const account of ids) if (random.chance(0.002)) await change(account);
  }

  for (let at = midnight; at < end + CALM; at += MINUTE) {
    job.world.now = at;
    if (at < end) await changeSome(at);
    if (at === end) {
      Object.assign(state, { plannerOffUntil: 0, reconcilerOffUntil: 0 });
      state.failsUntil.clear();
    }
    job.world.timetable = createTimetable(state.every * 60, 300);
    job.world.grants = grants();
    if (isSlot(job.world.timetable, at)) {
      model.came(at, state.granted);
      const lateBy = at < end && random.chance(0.1) ? Math.floor(random.between(1, 5)) * MINUTE : 0;
      if (at >= state.plannerOffUntil) state.firings.push({ slot: at, at: at + lateBy });
    }
    for (const { slot } of takeDue(state.firings, at)) {
      job.world.now = at + 1_000;
      // A slot that the settings have no more is not planned.
      if ((await job.plan(slot)).outcome !== 'planning') continue;
      model.planned(slot);
      job.world.now = at + 2_000;
      await takeAll();
    }
    const slot = at - CLOSE_AFTER;
    if (at < state.reconcilerOffUntil || !isSlot(job.world.timetable, slot)) continue;
    state.refused = 0;
    const [newest] = (await job.run({ publish })).slots;
    if (newest === slot && state.refused === 0) complaints.push(...(await falselyOut({ published, table, ids, slot })));
  }
  model.ended(end + CALM);
  // The backlog is worked off before another slot is due.
  for (let firing = 0; firing < 24; firing += 1) {
    job.world.now += 1_000;
    await job.run({ publish });
  }
  return compare({ seed, model, published, table, ids, partners, end: end + CALM }, complaints);
}

/** In every other history the reconciler is off for so long once. What it then has to catch up with is not added to. */
function longAbsence(random: ReturnType<typeof createRandom>, hours: number): Span {
  if (random.chance(0.5)) return { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const from = midnight + Math.floor(random.between(7 * 60, (hours - 32) * 60)) * MINUTE;
  return { from, to: from + random.between(24.5, 26) * HOUR };
}

function anyPartner(random: ReturnType<typeof createRandom>): string {
  return partners[Math.floor(random() * partners.length)] ?? '';
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
