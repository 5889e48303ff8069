import type { AccountKey } from '../account-key.ts';
import type { RulesInput } from '../alerts/rule.ts';
import type { AlertsStore } from '../balances/alerts-store.ts';
import type { KnownAccounts } from '../balances/known-accounts.ts';
import { forEachLimit } from '../batches.ts';
import { AccountNotFoundError, RequestError } from '../errors.ts';
import { authorize, type Grants, grantsOf } from '../grants.ts';
import type { LogFields } from '../log.ts';
import { viewWatch } from './balances-views.ts';
import { pageOfAccounts } from './list-accounts.ts';
import { toProblem } from './problem.ts';
import { type PutWatchDeps, putWatch } from './put-watch.ts';
import { failureFields, type RequestLineDeps, writeRequestLine } from './request-line.ts';
import { MOST_WATCHED_AT_ONCE, type WatchItem } from './watch-contract.ts';

/** So many accounts at a time, for one request: each is a read of EnKash. */
const IN_FLIGHT = 8;

export type WatchCompanyDeps = RequestLineDeps &
  PutWatchDeps & {
    readonly grants: Grants;
    readonly known: Pick<KnownAccounts, 'add' | 'page'>;
    readonly alerts: AlertsStore;
  };

export type WatchCompanyRequest = {
  readonly companyId: string;
  /** Absent: every granted account that is known here. */
  readonly cardAccountIds?: readonly string[] | undefined;
  readonly rules?: RulesInput | undefined;
  readonly caller: string;
  readonly requestId: string;
  /** Epoch ms; one for all accounts. */
  readonly deadline: number;
  /** What each account's audit line says beside the account. */
  readonly fields: LogFields;
};

/**
 * Watches many accounts of a company: the watch or the problem of each, in the order asked. Each is authorised, audited and
 * counted as a request of its own. Never rejects for one account's sake.
 * @throws AccountNotFoundError when nothing of the company is granted; RequestError when more are known than fit
 */
export async function watchCompany(deps: WatchCompanyDeps, request: WatchCompanyRequest): Promise<WatchItem[]> {
  const accounts = await accountsOf(deps, request);
  const items: WatchItem[] = [];
  await forEachLimit([...accounts.entries()], IN_FLIGHT, async ([index, account]) => {
    items[index] = await watchOne(deps, request, account);
  });
  return items;
}

async function accountsOf(deps: WatchCompanyDeps, request: WatchCompanyRequest): Promise<readonly AccountKey[]> {
  const { caller, companyId, cardAccountIds } = request;
  if (!grantsOf(deps.grants, caller).some((grant) => grant.companyId === companyId)) throw new AccountNotFoundError();
  if (cardAccountIds) return cardAccountIds.map((cardAccountId) => ({ companyId, cardAccountId }));
  const limit = MOST_WATCHED_AT_ONCE;
  const { accounts, next } = await pageOfAccounts(deps, { caller, companyId, limit, after: undefined });
  if (next === null) return accounts;
  const message = `is needed: the company has more than ${MOST_WATCHED_AT_ONCE} accounts`;
  throw new RequestError('INVALID_REQUEST', [{ field: 'cardAccountIds', message }]);
}

async function watchOne(deps: WatchCompanyDeps, request: WatchCompanyRequest, key: AccountKey): Promise<WatchItem> {
  const { caller, requestId, deadline, rules } = request;
  const startedAt = deps.now();
  let fields: LogFields = { ...request.fields, caller, ...key };
  try {
    const partner = authorize(deps.grants, caller, key);
    fields = { ...fields, partner };
    const { created, watch } = await putWatch(deps, {
      ...{ account: key, partner, caller, rules, deadline },
      require: () => {},
    });
    const alerts = await deps.alerts.get(key);
    writeRequestLine(deps, { requestId, startedAt, fields, status: created ? 201 : 200 });
    return { ...key, watch: viewWatch(watch, alerts), problem: null };
  } catch (error) {
    const problem = toProblem(error, requestId);
    fields = { ...fields, ...failureFields(deps.log, requestId, error) };
    writeRequestLine(deps, { requestId, startedAt, fields, status: problem.status, error });
    return { ...key, watch: null, problem };
  }
}
