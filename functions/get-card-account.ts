import { summaryView, summaryViewSchema } from '../lib/account.ts';
import { fullView, fullViewSchema } from '../lib/account-full.ts';
import { accountKey, accountQuery } from '../lib/contract.ts';
import type { EnkashClient } from '../lib/enkash/client.ts';
import { RequestError } from '../lib/errors.ts';
import { age, liveFreshness } from '../lib/freshness.ts';
import { authorize, type Grants } from '../lib/grants.ts';
import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/http.ts';
import { parsePath, parseQuery } from '../lib/http-request.ts';

export type GetCardAccountDeps = HttpDeps & { readonly grants: Grants; readonly enkash: EnkashClient };

/** `GET /v1/companies/{companyId}/card-accounts/{cardAccountId}`: the account as EnKash states it now. */
export function createHandler(deps: GetCardAccountDeps): ApiHandler {
  return apiHandler({
    deps,
    scope: 'card-accounts/read',
    async handle({ event, caller, scopes, deadline, audit }) {
      const account = parsePath(event, accountKey);
      const { view } = parseQuery(event, accountQuery);
      audit({ ...account, view });
      if (view === 'full' && !scopes.includes('card-accounts/full')) throw new RequestError('FORBIDDEN_SCOPE');
      const partner = authorize(deps.grants, caller, account);
      audit({ partner });
      const request = { ...account, partner, deadline };
      if (view === 'full') {
        const reading = await deps.enkash.readFull(request);
        const freshness = liveFreshness(reading.observedAt, deps.now());
        return ok(fullViewSchema, fullView(reading.account, freshness), age(freshness));
      }
      const reading = await deps.enkash.readSummary(request);
      const freshness = liveFreshness(reading.observedAt, deps.now());
      return ok(summaryViewSchema, summaryView(reading.account, freshness), age(freshness));
    },
  });
}
