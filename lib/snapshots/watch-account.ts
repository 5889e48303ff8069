import type { AccountKey } from '../account-key.ts';
import type { Rule } from '../alerts/rule.ts';
import type { KnownAccounts } from '../balances/known-accounts.ts';
import type { WatchQuota } from '../balances/watch-quota.ts';
import { resumed } from '../balances/watch-spans.ts';
import type { WatchStore } from '../balances/watch-store.ts';
import { AppError, RequestError } from '../errors.ts';

export type WatchingDeps = {
  readonly watches: Pick<WatchStore, 'get' | 'put'>;
  readonly known: Pick<KnownAccounts, 'add'>;
  readonly quota: WatchQuota;
  readonly maxWatched: number;
  /** Slots lie on multiples of it. @default 5 minutes, as every deployed timetable's */
  readonly gridMs?: number;
  readonly now: () => number;
};

export type WatchRequest = AccountKey & {
  readonly partner: string;
  readonly caller: string;
  readonly rule: Rule | null;
};

const ATTEMPTS = 5;

/**
 * Puts an account into the schedule, or changes its rule; the same request twice is the same as once.
 * @returns whether it was not watched before
 * @throws RequestError INVALID_REQUEST when the caller watches `maxWatched` accounts already
 */
export async function watch(deps: WatchingDeps, request: WatchRequest): Promise<{ created: boolean; since: number }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const held = await deps.watches.get(request);
    const { companyId, cardAccountId, partner, rule } = request;
    if (held && held.end === null) {
      const going = held.suspended === null ? held : resumed(held, deps.now(), deps.gridMs);
      if (await deps.watches.put({ ...going, partner, rule }, held)) return { created: false, since: held.since };
      continue;
    }
    if (!(await deps.quota.take(request.caller, deps.maxWatched))) throw tooMany(deps.maxWatched);
    const start = deps.now();
    const past = held ? resumed(held, start, deps.gridMs).past : [];
    const begun = { partner, caller: request.caller, since: start, start, suspended: null, end: null };
    const next = { companyId, cardAccountId, ...begun, past, rule };
    try {
      // Known first: a crash in between leaves an account that is listed and not watched, which the caller's retry mends.
      await deps.known.add(request);
      if (await deps.watches.put(next, held)) return { created: true, since: start };
    } catch (error) {
      // Not known whether it was written: what is there decides whether it counts.
      const there = await deps.watches.get(request);
      if (there?.revision === held?.revision) await deps.quota.giveBack(request.caller);
      throw error;
    }
    await deps.quota.giveBack(request.caller);
  }
  throw new AppError('INTERNAL', { reason: 'contended' });
}

/** Ends a watch; what was measured stays. Not watched is fine. */
export async function unwatch(
  { watches, quota, now }: Pick<WatchingDeps, 'watches' | 'quota' | 'now'>,
  account: AccountKey,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const held = await watches.get(account);
    if (!held || held.end !== null) return;
    if (await watches.put({ ...held, end: now() }, held)) {
      await quota.giveBack(held.caller);
      return;
    }
  }
  throw new AppError('INTERNAL', { reason: 'contended' });
}

function tooMany(most: number): RequestError {
  return new RequestError('INVALID_REQUEST', [
    { field: 'cardAccountId', message: `would be one more than the ${most} accounts that you may watch` },
  ]);
}
