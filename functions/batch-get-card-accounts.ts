import { createFreshAccounts, type FreshAccountsDeps } from '../lib/api/account-reader.ts';
import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { batchSchema } from '../lib/api/batch-contract.ts';
import { readBatch } from '../lib/api/read-batch.ts';
import { batchGetCardAccounts } from '../lib/api/routes/batch-get-card-accounts.ts';

/** `POST /v1/card-accounts/batch`: up to 25 accounts in one call, each with its own problem when it fails. */
export function createHandler(deps: HttpDeps & FreshAccountsDeps): ApiHandler {
  const accounts = createFreshAccounts(deps);
  return apiHandler({
    route: batchGetCardAccounts,
    deps,
    async handle({ body, caller, requestId, deadline, fields, audit }) {
      const items = await readBatch({ ...deps, accounts }, { ...body, caller, requestId, deadline, fields });
      audit({ count: items.length, failed: items.filter(({ problem }) => problem !== null).length });
      return ok(batchSchema, { items });
    },
  });
}
