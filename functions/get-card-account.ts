import { age } from '../lib/account/freshness.ts';
import { fullView, fullViewSchema } from '../lib/account/full-view.ts';
import { summaryView, summaryViewSchema } from '../lib/account/summary-view.ts';
import { accountKey, accountQuery } from '../lib/api/account-contract.ts';
import { createFreshAccounts, type FreshAccountsDeps } from '../lib/api/account-reader.ts';
import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { parsePath, parseQuery } from '../lib/api/api-request.ts';
import { RequestError } from '../lib/errors.ts';
import { authorize, type Grants } from '../lib/grants.ts';

export type GetCardAccountDeps = HttpDeps & FreshAccountsDeps & { readonly grants: Grants };

/** `GET /v1/companies/{companyId}/card-accounts/{cardAccountId}`: the account, live or as fresh as the caller asks. */
export function createHandler(deps: GetCardAccountDeps): ApiHandler {
  const accounts = createFreshAccounts(deps);
  return apiHandler({
    deps,
    scope: 'card-accounts/read',
    async handle({ event, caller, scopes, deadline, audit }) {
      const account = parsePath(event, accountKey);
      const { view, ...wanted } = parseQuery(event, accountQuery);
      audit({ ...account, view });
      if (view === 'full' && !scopes.includes('card-accounts/full')) throw new RequestError('FORBIDDEN_SCOPE');
      const partner = authorize(deps.grants, caller, account);
      audit({ partner });
      const request = { ...account, ...wanted, partner, deadline };
      if (view === 'full') {
        const { account: found, freshness } = await accounts.full(request);
        audit({ source: freshness.source });
        return ok(fullViewSchema, fullView(found, freshness), age(freshness));
      }
      const { account: found, freshness } = await accounts.summary(request);
      audit({ source: freshness.source });
      return ok(summaryViewSchema, summaryView(found, freshness), age(freshness));
    },
  });
}
