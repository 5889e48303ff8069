import type * as z from 'zod/mini';
import type { AccountKey } from '../account-key.ts';
import type { DayRow } from '../balances/day-row.ts';
import { dayHistory, type HistoryDeps, sumCoverage } from '../balances/history.ts';
import type { WatchStore } from '../balances/watch-store.ts';
import { forEachLimit } from '../batches.ts';
import { DAY_MS, type Span } from '../calendar.ts';
import { RequestError } from '../errors.ts';
import type { CompanyBalancesQuery, companyHistorySchema } from './balances-contract.ts';
import { viewDay } from './balances-views.ts';
import { encodeCursor } from './cursor.ts';
import { type ListingDeps, pageOfAccounts } from './list-accounts.ts';

export type CompanyBalancesDeps = HistoryDeps &
  Pick<ListingDeps, 'grants' | 'known'> & { readonly watches: Pick<WatchStore, 'getMany'> };
export type CompanyPage = z.infer<typeof companyHistorySchema>;
export type CompanyRequest = CompanyBalancesQuery & {
  readonly caller: string;
  readonly companyId: string;
  /** Accounts on a page. */
  readonly limit: number;
};

/** An answer of Lambda has 6 MB at most: so many days of 500 accounts fit as CSV. */
const MOST_DAYS = 31;
const USUAL_DAYS = 30;
/** Accounts read at a time: more only wait for each other in DynamoDB, whose calls have a second each. */
const IN_FLIGHT = 8;

/**
 * The days of a company's accounts that the caller may read, account by account.
 * @throws AccountNotFoundError when nothing of the company is granted; RequestError for a span too long or reversed
 */
export async function companyBalances(deps: CompanyBalancesDeps, request: CompanyRequest): Promise<CompanyPage> {
  const { caller, companyId, limit, cursor } = request;
  const span = spanOf(request, deps.now());
  const { accounts, next } = await pageOfAccounts(deps, { caller, companyId, limit, after: cursor?.after });
  const watchOf = await deps.watches.getMany(accounts);
  const history = { ...deps, watches: { get: async (account: AccountKey) => watchOf(account) } };
  const days = new Map<string, readonly DayRow[]>();
  await forEachLimit(accounts, IN_FLIGHT, async (account) => {
    days.set(account.cardAccountId, (await dayHistory(history, account, span, MOST_DAYS + 1)).items);
  });
  const rows = accounts.flatMap((account) => (days.get(account.cardAccountId) ?? []).map((row) => ({ account, row })));
  return {
    items: rows.map(({ account, row }) => ({ ...account, ...viewDay(row) })),
    coverage: sumCoverage(rows.map(({ row }) => row)),
    nextCursor: next === null ? null : encodeCursor({ after: next, ...span }),
  };
}

function spanOf({ cursor, from, to }: CompanyRequest, now: number): Span {
  const end = cursor?.to ?? to ?? now;
  const span = { from: cursor?.from ?? from ?? end - USUAL_DAYS * DAY_MS, to: end };
  if (cursor && (from ?? to) !== undefined) throw wrong('cursor', 'excludes from and to');
  if (span.from > span.to) throw wrong('to', 'must not be before from');
  if (span.to - span.from > MOST_DAYS * DAY_MS) throw wrong('to', `must be at most ${MOST_DAYS} days after from`);
  return span;
}

function wrong(field: string, message: string): RequestError {
  return new RequestError('INVALID_REQUEST', [{ field, message }]);
}
