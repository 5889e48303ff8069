import type { AccountKey } from '../account-key.ts';
import type { Rules, RulesInput } from '../alerts/rule.ts';
import type { AlertsStore } from '../balances/alerts-store.ts';
import type { KnownAccounts } from '../balances/known-accounts.ts';
import type { WatchQuota } from '../balances/watch-quota.ts';
import { resumed, type WatchState } from '../balances/watch-spans.ts';
import { editionOf, nextEdition, type Watch, type WatchStore } from '../balances/watch-store.ts';
import { WATCH_WRITE_MS } from '../budgets.ts';
import { AppError } from '../errors.ts';
import { describeUnexpected, type Log } from '../log.ts';
import { noteEdition } from './settle-alerts.ts';

export type WatchingDeps = {
  readonly watches: Pick<WatchStore, 'get' | 'put'>;
  readonly known: Pick<KnownAccounts, 'add'>;
  readonly alerts: Pick<AlertsStore, 'get' | 'put'>;
  readonly quota: WatchQuota;
  readonly maxWatched: number;
  /** Slots lie on multiples of it. */
  readonly gridMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: Log;
};

/** Says whether a change may be made to what is there. @throws AppError PRECONDITION_FAILED */
export type Precondition = (watch: Watch | undefined) => void;

export type WatchRequest = {
  readonly account: AccountKey;
  readonly partner: string;
  readonly caller: string;
  /** Absent: the rules that are there stay. */
  readonly rules?: RulesInput | undefined;
  readonly require: Precondition;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
};

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;
/** Somebody who races for the same account may have taken the last place, and gives it back at once. */
const LOOKS_FOR_A_PLACE = 4;

/**
 * Puts an account into the schedule, or changes its rules; the same request twice is the same as once, and simultaneous
 * ones wait for each other.
 * @throws AppError WATCH_LIMIT, PRECONDITION_FAILED; CONFLICT when the deadline came first
 */
export async function watch(deps: WatchingDeps, request: WatchRequest): Promise<{ created: boolean; watch: Watch }> {
  const { account, caller } = request;
  let full = 0;
  return untilStored(deps, request.deadline, async () => {
    const held = await deps.watches.get(account);
    request.require(held);
    if (held && held.end === null) {
      const changed = changedWatch(held, request, deps);
      return (await store(deps, changed, held)) && { created: false, watch: changed };
    }
    if (!(await deps.quota.take(caller, deps.maxWatched))) {
      full += 1;
      if (full >= LOOKS_FOR_A_PLACE) throw new AppError('WATCH_LIMIT');
      return undefined;
    }
    const begun = begunWatch(held, request, deps);
    return (await begin(deps, begun, held)) && { created: true, watch: begun };
  });
}

/** Ends a watch; what was measured stays. Not watched is fine. @throws as `watch` */
export async function unwatch(
  deps: Pick<WatchingDeps, 'watches' | 'alerts' | 'quota' | 'now' | 'sleep' | 'random' | 'log'>,
  request: Pick<WatchRequest, 'account' | 'require' | 'deadline'>,
): Promise<void> {
  await untilStored(deps, request.deadline, async () => {
    const held = await deps.watches.get(request.account);
    request.require(held);
    if (!held || held.end !== null) return true;
    const end = deps.now();
    if (!(await store(deps, { ...held, end, edition: nextEdition(held, end) }, held))) return undefined;
    await deps.quota.giveBack(held.caller);
    return true;
  });
}

/** Tries until a try gives something, with growing pauses of random length, so that those who race do not meet again. */
async function untilStored<T>(
  { now, sleep, random }: Pick<WatchingDeps, 'now' | 'sleep' | 'random'>,
  deadline: number,
  attempt: () => Promise<T | false | undefined>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const result = await attempt();
    if (result !== undefined && result !== false) return result;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * random();
    if (now() + pause + WATCH_WRITE_MS >= deadline) throw new AppError('CONFLICT', { retryAfterSeconds: 1 });
    await sleep(pause);
  }
}

/** @returns false when somebody was faster */
async function store(
  deps: Pick<WatchingDeps, 'watches' | 'alerts' | 'log'>,
  next: WatchState,
  held: Watch | undefined,
): Promise<boolean> {
  if (next !== held && !(await deps.watches.put(next, held))) return false;
  try {
    // From here on a message from before this change changes nothing.
    if (next.edition !== held?.edition) await noteEdition(deps.alerts, editionOf(next));
  } catch (error) {
    // The worker or the reconciler does it with the next slot.
    deps.log('warn', 'watch', describeUnexpected(error));
  }
  return true;
}

/** Known first: a crash in between leaves an account that is listed and not watched, which the caller's retry mends. */
async function begin(deps: WatchingDeps, begun: Watch, held: Watch | undefined): Promise<boolean> {
  let isStored = false;
  try {
    await deps.known.add(begun);
    isStored = await store(deps, begun, held);
    return isStored;
  } catch (error) {
    // Not known whether it was written: what is there decides whether it counts.
    isStored = (await deps.watches.get(begun))?.revision !== held?.revision;
    throw error;
  } finally {
    if (!isStored) await deps.quota.giveBack(begun.caller);
  }
}

type Clock = Pick<WatchingDeps, 'now' | 'gridMs'>;

function begunWatch(held: Watch | undefined, request: WatchRequest, { now: clock, gridMs }: Clock): Watch {
  const { account, partner, caller, rules } = request;
  const now = clock();
  const { companyId, cardAccountId } = account;
  return {
    ...{ companyId, cardAccountId, partner, caller, since: now, start: now, suspended: null, end: null },
    past: held ? resumed(held, now, gridMs).past : [],
    rules: withSince(rules ?? {}, {}, now),
    edition: nextEdition(held, now),
    revision: (held?.revision ?? 0) + 1,
  };
}

/** @returns the watch itself when nothing changes */
function changedWatch(held: Watch, { partner, rules }: WatchRequest, { now: clock, gridMs }: Clock): Watch {
  const now = clock();
  const next = rules === undefined ? held.rules : withSince(rules, held.rules, now);
  const sameRules = JSON.stringify(sorted(next)) === JSON.stringify(sorted(held.rules));
  if (sameRules && held.suspended === null && held.partner === partner) return held;
  const going = held.suspended === null ? held : resumed(held, now, gridMs);
  const edition = sameRules ? held.edition : nextEdition(held, now);
  return { ...going, partner, rules: next, edition, revision: held.revision + 1 };
}

/** A rule that was there under its name, about the same balance, is the same rule with other limits. */
function withSince(rules: RulesInput, held: Rules, now: number): Rules {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const before = Object.hasOwn(held, name) ? held[name] : undefined;
      return [name, { ...rule, since: before?.balance === rule.balance ? before.since : now }];
    }),
  );
}

function sorted(rules: Rules) {
  return Object.entries(rules)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { balance, below, recoverAt, confirmations, cooldownMs, since }]) => [
      ...[name, balance, below, recoverAt, confirmations, cooldownMs, since],
    ]);
}
