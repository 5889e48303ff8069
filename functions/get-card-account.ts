import { age } from '../lib/account/freshness.ts';
import { fullView, fullViewSchema } from '../lib/account/full-view.ts';
import { summaryView, summaryViewSchema } from '../lib/account/summary-view.ts';
import { createFreshAccounts, type FreshAccountsDeps } from '../lib/api/account-reader.ts';
import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { getCardAccount } from '../lib/api/routes/get-card-account.ts';

export type GetCardAccountDeps = HttpDeps & FreshAccountsDeps;

/** `GET /v1/companies/{companyId}/card-accounts/{cardAccountId}`: the account, live or as fresh as the caller asks. */
export function createHandler(deps: GetCardAccountDeps): ApiHandler {
  const accounts = createFreshAccounts(deps);
  return apiHandler({
    route: getCardAccount,
    deps,
    async handle({ params, query: { view, ...wanted }, partner, deadline, audit }) {
      const request = { ...params, ...wanted, partner, deadline };
      if (view === 'full') {
        const { account, freshness } = await accounts.full(request);
        audit({ source: freshness.source });
        return ok(fullViewSchema, fullView(account, freshness), age(freshness));
      }
      const { account, freshness } = await accounts.summary(request);
      audit({ source: freshness.source });
      return ok(summaryViewSchema, summaryView(account, freshness), age(freshness));
    },
  });
}
