import type { Rule } from '../../lib/alerts/rule.ts';
import { createKnownAccounts } from '../../lib/balances/known-accounts.ts';
import type { Span } from '../../lib/calendar.ts';
import type { Grants } from '../../lib/grants.ts';
import { type EveryMinutes, everyMinutesChoices } from '../../lib/slots.ts';
import { unwatch, watch } from '../../lib/snapshots/watch-account.ts';
import type { createRandom } from '../rigs/gate-clock.ts';
import type { createJobs } from '../rigs/jobs.ts';
import type { createMemoryTable } from '../rigs/memory-table.ts';
import { MINUTE, midnight, rule } from '../rigs/samples.ts';
import type { Model } from './snapshot-model.ts';

const HOUR = 60 * MINUTE;
/** Everything in a history happens on a minute; slots of every timetable do. */
const STEP = 5 * MINUTE;
/** So long the reconciler may need for what it has missed while it was off. */
const CATCH_UP = 3 * HOUR;
export const companies = ['CEKTEST001', 'CEKTEST002'];
export const partners = ['acme', 'beta'];

type Random = ReturnType<typeof createRandom>;
type Around = {
  readonly random: Random;
  readonly table: ReturnType<typeof createMemoryTable>;
  readonly job: ReturnType<typeof createJobs>;
  readonly model: Model;
  readonly ids: readonly { readonly companyId: string; readonly cardAccountId: string }[];
  readonly hours: number;
};

/** What changes around planner, worker and reconciler: settings, watches, EnKash, and which of them are off. */
export function createWorld({ random, table, job, model, ids, hours }: Around) {
  const state = {
    every: 15 as EveryMinutes,
    /** Nobody deploys twice within a slot: what no slot has seen, nobody can know. */
    deployedAt: 0,
    granted: new Set(companies),
    ...{ reconcilerOffUntil: 0, plannerOffUntil: 0 },
    /** By company. */
    partners: new Map(companies.map((company) => [company, 'acme'])),
    /** By partner or account. */
    failsUntil: new Map<string, number>(),
  };
  const long = longAbsence(random, hours);
  const now = (): number => job.world.now;
  const watching = {
    ...{ watches: job.watches, known: createKnownAccounts(table), alerts: job.deps.alerts },
    quota: { take: async () => true, giveBack: async () => {}, recount: async () => {} },
    ...{ maxWatched: 1e6, gridMs: STEP, now, sleep: async () => {}, random, log: () => {} },
  };
  const common = { require: () => {}, deadline: Number.POSITIVE_INFINITY };
  const isDown = (name: string): boolean => now() < (state.failsUntil.get(name) ?? 0);
  const partnerOf = (companyId: string): string => state.partners.get(companyId) ?? '';
  const grants = (): Grants => ({
    erp: { grants: [...state.granted].map((companyId) => ({ partner: partnerOf(companyId), companyId })) },
  });

  async function change(account: Around['ids'][number]): Promise<void> {
    // The API refuses it.
    if (!state.granted.has(account.companyId)) return;
    const dice = random();
    if (dice < 0.35) {
      const rules = dice < 0.25 ? { low: anyRule(random) } : {};
      await watch(watching, { account, partner: partnerOf(account.companyId), caller: 'erp', rules, ...common });
      model.watched(account, now(), Object.keys(rules));
    } else if (dice < 0.45 && model.isWatched(account)) {
      await unwatch(watching, { account, ...common });
      model.unwatched(account);
    }
  }

  /** What may change within a minute, by chance. */
  async function changeSome(at: number): Promise<void> {
    const anyCompany = (): string => companies[Math.floor(random() * 2)] ?? '';
    const isSteady = at > long.from - 7 * HOUR && at < long.to + CATCH_UP;
    if (random.chance(0.001) && !isSteady && at >= state.deployedAt + HOUR) {
      state.deployedAt = at;
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

  /** From now on nothing fails any more. */
  function calm(): void {
    Object.assign(state, { plannerOffUntil: 0, reconcilerOffUntil: 0 });
    state.failsUntil.clear();
  }

  return { state, isDown, grants, changeSome, calm };
}

/** In every other history the reconciler is off for so long once. What it then has to catch up with is not added to. */
function longAbsence(random: Random, hours: number): Span {
  if (random.chance(0.5)) return { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const from = midnight + Math.floor(random.between(7 * 60, (hours - 32) * 60)) * MINUTE;
  return { from, to: from + random.between(24.5, 26) * HOUR };
}

function anyPartner(random: Random): string {
  return partners[Math.floor(random() * partners.length)] ?? '';
}

function toggle(set: Set<string>, member: string): void {
  if (!set.delete(member)) set.add(member);
}

function anyRule(random: Random): Rule {
  const below = Math.round(random.between(80_000, 120_000));
  return { ...rule, below, recoverAt: below + 10_000, confirmations: random.chance(0.5) ? 1 : 2, cooldownMs: 0 };
}
