import type { KnownAccounts } from '../balances/known-accounts.ts';
import type { ReadRows } from '../balances/read-rows.ts';
import { AccountNotFoundError } from '../errors.ts';
import { type Grants, grantsOf } from '../grants.ts';
import type { Listed } from './balances-views.ts';

export type ListingDeps = {
  readonly grants: Grants;
  readonly known: Pick<KnownAccounts, 'page'>;
  readonly readRows: ReadRows;
};

export type ListRequest = {
  readonly caller: string;
  readonly companyId: string;
  readonly limit: number;
  readonly after: string | undefined;
};

export type Listing = {
  readonly items: readonly Listed[];
  readonly next: string | null;
};

/**
 * The accounts of a company that the caller may read, by id, each with its last balances: those that its grants name, or,
 * for a grant of the whole company, those that are known here, because EnKash lists none.
 * @throws AccountNotFoundError when nothing of the company is granted
 */
export async function listAccounts(deps: ListingDeps, request: ListRequest): Promise<Listing> {
  const { accounts, next } = await pageOfAccounts(deps, request);
  const rows = await deps.readRows(accounts.map((account) => ({ account, rows: ['latest', 'watch', 'alerts'] })));
  const items = accounts.map((account) => ({
    account,
    last: rows.latest(account).last,
    watch: rows.watch(account),
    alerts: rows.alerts(account),
  }));
  return { items, next };
}

/** A page of the accounts themselves. @throws as `listAccounts` */
export async function pageOfAccounts({ grants, known }: Pick<ListingDeps, 'grants' | 'known'>, request: ListRequest) {
  const { companyId, limit, after } = request;
  const granted = grantsOf(grants, request.caller).filter((grant) => grant.companyId === companyId);
  if (granted.length === 0) throw new AccountNotFoundError();

  const whole = granted.some(({ cardAccountIds }) => cardAccountIds === undefined);
  const page = whole
    ? await known.page(companyId, { limit, after })
    : pageOf([...new Set(granted.flatMap(({ cardAccountIds = [] }) => cardAccountIds))], limit, after);
  const accounts = page.cardAccountIds.map((cardAccountId) => ({ companyId, cardAccountId }));
  return { accounts, next: page.after ?? null };
}

function pageOf(ids: readonly string[], limit: number, after = '') {
  const rest = ids.filter((id) => id > after).sort();
  const cardAccountIds = rest.slice(0, limit);
  return { cardAccountIds, after: rest.length > limit ? cardAccountIds.at(-1) : undefined };
}
