import { summaryView } from '../account/summary-view.ts';
import type { AccountKey } from '../account-key.ts';
import { forEachLimit } from '../batches.ts';
import { authorize, type Grants } from '../grants.ts';
import type { LogFields } from '../log.ts';
import type { FreshAccounts } from './account-reader.ts';
import type { BatchItem } from './batch-contract.ts';
import { toProblem } from './problem.ts';
import { failureFields, type RequestLineDeps, writeRequestLine } from './request-line.ts';

/** So many reads of EnKash at a time, for one request. */
const IN_FLIGHT = 8;

export type BatchDeps = RequestLineDeps & {
  readonly grants: Grants;
  readonly accounts: Pick<FreshAccounts, 'summary'>;
};

export type BatchRequest = {
  readonly accounts: readonly AccountKey[];
  readonly maxAge?: number | undefined;
  readonly staleIfError?: number | undefined;
  readonly caller: string;
  readonly requestId: string;
  /** Epoch ms; one for all accounts. */
  readonly deadline: number;
  /** What each account's audit line says beside the account. */
  readonly fields: LogFields;
};

/**
 * Reads every account of a batch: the account or its problem, in the order asked. Each is authorised, audited and counted
 * as a request of its own. Never rejects for one account's sake.
 */
export async function readBatch(deps: BatchDeps, request: BatchRequest): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  await forEachLimit([...request.accounts.entries()], IN_FLIGHT, async ([index, account]) => {
    items[index] = await readOne(deps, request, account);
  });
  return items;
}

async function readOne(deps: BatchDeps, request: BatchRequest, key: AccountKey): Promise<BatchItem> {
  const { caller, requestId, deadline, maxAge, staleIfError } = request;
  const startedAt = deps.now();
  let fields: LogFields = { ...request.fields, caller, ...key, view: 'summary' };
  try {
    const partner = authorize(deps.grants, caller, key);
    fields = { ...fields, partner };
    const { account, freshness } = await deps.accounts.summary({ ...key, partner, deadline, maxAge, staleIfError });
    fields = { ...fields, source: freshness.source };
    writeRequestLine(deps, { requestId, startedAt, fields, status: 200 });
    return { ...key, account: summaryView(account, freshness), problem: null };
  } catch (error) {
    const problem = toProblem(error, requestId);
    fields = { ...fields, ...failureFields(deps.log, requestId, error) };
    writeRequestLine(deps, { requestId, startedAt, fields, status: problem.status, error });
    return { ...key, account: null, problem };
  }
}
