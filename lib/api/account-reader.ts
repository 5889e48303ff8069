import type { CardAccount } from '../account/account.ts';
import { type Freshness, liveFreshness } from '../account/freshness.ts';
import type { FullAccount } from '../account/full-view.ts';
import { snapshotOf } from '../account/snapshot.ts';
import type { AccountKey } from '../account-key.ts';
import type { KnownAccounts } from '../balances/known-accounts.ts';
import type { LastReading, LatestStore } from '../balances/latest-store.ts';
import { FALLBACK_MS, FEED_EVERY_MS } from '../budgets.ts';
import type { EnkashClient, Reading } from '../enkash/client.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { ageSeconds, instantText } from '../instants.ts';
import { createMemory } from '../remember.ts';

type FreshRequest = AccountKey & {
  readonly partner: string;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
  /** Seconds: an answer up to this age will do. @default live */
  readonly maxAge?: number | undefined;
};
export type SummaryRequest = FreshRequest & {
  /** Seconds: when EnKash cannot be read, the last good answer up to this age. */
  readonly staleIfError?: number | undefined;
};

export type Answer<T> = { readonly account: T; readonly freshness: Freshness };

/** Accounts as fresh as the caller wants them. Ask only after the grant check: what is remembered knows no caller. */
export type FreshAccounts = {
  summary(request: SummaryRequest): Promise<Answer<CardAccount>>;
  full(request: FreshRequest): Promise<Answer<FullAccount>>;
};

export type FreshAccountsDeps = {
  readonly enkash: Pick<EnkashClient, 'readSummary' | 'readFull'>;
  readonly latest: Pick<LatestStore, 'get' | 'offer'>;
  readonly known: Pick<KnownAccounts, 'add'>;
  readonly now: () => number;
  /** Runs work that the answer does not wait for. */
  readonly later: (work: () => Promise<void>) => void;
};

/** Errors after which an older answer may be given: EnKash could not be read. */
const unread: ReadonlySet<ErrorCode> = new Set([
  'UPSTREAM_REFUSED',
  'UPSTREAM_UNREADABLE',
  'UPSTREAM_MISMATCH',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'PARTNER_LOGIN_BLOCKED',
  'CREDENTIALS_UNAVAILABLE',
]);

/**
 * Live reads with a memory: an answer may come from this instance's cache, or, in the summary view, from the latest row
 * that a snapshot or another instance stored; `freshness` says which, and how old it is. One call at a time for an account.
 */
export function createFreshAccounts(deps: FreshAccountsDeps): FreshAccounts {
  const { enkash, now } = deps;
  const summaries = createMemory<Reading<CardAccount>>(now);
  const fulls = createMemory<Reading<FullAccount>>(now);
  const fed = createMemory<number>(now);

  function feed(key: AccountKey, { account, observedAt }: Reading<CardAccount>): void {
    const name = nameOf(key);
    const fedAt = fed.peek(name);
    if (fedAt !== undefined && now() - fedAt < FEED_EVERY_MS) return;
    fed.set(name, now());
    deps.later(async () => {
      if (fedAt === undefined) await deps.known.add(key, account);
      await deps.latest.offer(key, { slot: null, observedAt, snapshot: snapshotOf(account) });
    });
  }

  /** The stored row is a help, never a reason to fail. */
  async function storedRow(request: FreshRequest): Promise<Reading<CardAccount> | undefined> {
    const { last } = await deps.latest.get(request).catch(() => ({ last: null }));
    return last ? { account: unnamed(request, last), observedAt: last.observedAt } : undefined;
  }

  async function insteadOf(error: unknown, request: SummaryRequest): Promise<Answer<CardAccount>> {
    const { staleIfError } = request;
    if (staleIfError === undefined || !(error instanceof AppError) || !unread.has(error.code)) throw error;
    const held = summaries.peek(cacheName(request));
    const row = await storedRow(request);
    const useRow = row && (!held || row.observedAt > held.observedAt);
    const reading = useRow ? row : held;
    if (!reading || !isWithin(reading, staleIfError, now())) throw error;
    const { account, freshness } = aged(reading, useRow ? 'snapshot' : 'cache', now());
    return { account, freshness: { ...freshness, stale: true, staleReason: error.code } };
  }

  return {
    async summary(request) {
      const { maxAge = 0 } = request;
      const name = cacheName(request);
      if (maxAge > 0) {
        const held = summaries.peek(name);
        if (held && isWithin(held, maxAge, now())) return aged(held, 'cache', now());
        const row = await storedRow(request);
        if (row && isWithin(row, maxAge, now())) return aged(row, 'snapshot', now());
      }
      try {
        const deadline = request.deadline - (request.staleIfError === undefined ? 0 : FALLBACK_MS);
        const reading = await summaries.get(name, () => enkash.readSummary({ ...keyOf(request), deadline }), 0);
        feed(request, reading);
        return live(reading, now());
      } catch (error) {
        return insteadOf(error, request);
      }
    },

    async full(request) {
      const name = cacheName(request);
      const held = fulls.peek(name);
      if (held && isWithin(held, request.maxAge ?? -1, now())) return aged(held, 'cache', now());
      const { deadline } = request;
      const reading = await fulls.get(name, () => enkash.readFull({ ...keyOf(request), deadline }), 0);
      feed(request, reading);
      return live(reading, now());
    },
  };
}

function isWithin(reading: Reading<unknown> | undefined, seconds: number, now: number): boolean {
  return reading !== undefined && now - reading.observedAt <= seconds * 1000;
}

function aged<T>({ account, observedAt }: Reading<T>, source: 'cache' | 'snapshot', now: number): Answer<T> {
  const age = { asOf: instantText(observedAt), ageSeconds: ageSeconds(observedAt, now) };
  return { account, freshness: { ...age, source, stale: false } };
}

function live<T>({ account, observedAt }: Reading<T>, now: number): Answer<T> {
  return { account, freshness: liveFreshness(observedAt, now) };
}

function keyOf({ partner, companyId, cardAccountId }: FreshRequest) {
  return { partner, companyId, cardAccountId };
}

function nameOf({ companyId, cardAccountId }: AccountKey): string {
  return `${companyId}/${cardAccountId}`;
}

function cacheName(request: FreshRequest): string {
  return `${request.partner} ${nameOf(request)}`;
}

/** A stored row has no names. */
function unnamed({ companyId, cardAccountId }: AccountKey, { snapshot }: LastReading): CardAccount {
  return { companyId, cardAccountId, companyName: null, accountTitle: null, ...snapshot };
}
