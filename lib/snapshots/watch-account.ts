import type { AccountKey } from '../account-key.ts';
import type { Rule } from '../alerts/rule.ts';
import type { KnownAccounts } from '../balances/known-accounts.ts';
import type { WatchQuota } from '../balances/watch-quota.ts';
import type { Watch, WatchStore } from '../balances/watch-store.ts';
import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import { AppError, RequestError } from '../errors.ts';

export type WatchingDeps = {
  readonly watches: Pick<WatchStore, 'get' | 'put'>;
  readonly known: Pick<KnownAccounts, 'add'>;
  readonly quota: WatchQuota;
  readonly maxWatched: number;
  readonly now: () => number;
};

export type WatchRequest = AccountKey & {
  readonly partner: string;
  readonly caller: string;
  readonly rule: Rule | null;
};

const ATTEMPTS = 5;
/** Keeps the row under 1 kB. With more, the two closest spans become one: that can only show a gap as missed, never hide one. */
const MOST_SPANS = 20;
const RAW_MS = RAW_DAYS * DAY_MS;

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
      if (await deps.watches.put({ ...held, partner, rule }, held)) return { created: false, since: held.start };
      continue;
    }
    if (!(await deps.quota.take(request.caller, deps.maxWatched))) throw tooMany(deps.maxWatched);
    const start = deps.now();
    const past = held ? pastSpans(held, start) : [];
    const next = { companyId, cardAccountId, partner, caller: request.caller, start, end: null, past, rule };
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

/** The spans of a watch that ended, as far back as slots are kept. */
function pastSpans({ past, start, end }: Watch, now: number): Span[] {
  const spans = [...past, { from: start, to: end ?? now }].filter(({ to }) => to > now - RAW_MS);
  while (spans.length > MOST_SPANS) joinClosest(spans);
  return spans;
}

function joinClosest(spans: Span[]): void {
  const gaps = spans.slice(1).map((span, index) => span.from - (spans[index]?.to ?? 0));
  const index = gaps.indexOf(Math.min(...gaps));
  const [left, right] = spans.slice(index, index + 2);
  if (left && right) spans.splice(index, 2, { from: left.from, to: right.to });
}
