import { accountKey, noQuery } from '../lib/api/account-contract.ts';
import { type ApiHandler, type ApiRequest, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { parseBody, parsePath, parseQuery } from '../lib/api/api-request.ts';
import { watchBody, watchSchema } from '../lib/api/balances-contract.ts';
import { viewWatch } from '../lib/api/balances-views.ts';
import type { EnkashClient } from '../lib/enkash/client.ts';
import { authorize, type Grants } from '../lib/grants.ts';
import { unwatch, type WatchingDeps, watch } from '../lib/snapshots/watch-account.ts';

export type WatchCardAccountDeps = HttpDeps &
  WatchingDeps & { readonly grants: Grants; readonly enkash: Pick<EnkashClient, 'readSummary'> };

/** `PUT` and `DELETE …/{cardAccountId}/watch`: puts an account into the schedule of snapshots, and takes it out. */
export function createHandler(deps: WatchCardAccountDeps): ApiHandler {
  return apiHandler({
    deps,
    scope: 'card-accounts/watch',
    async handle({ event, caller, deadline, audit }) {
      const account = parsePath(event, accountKey);
      audit(account);
      parseQuery(event, noQuery);
      const remove = event.httpMethod === 'DELETE';
      const { lowBalance } = remove ? {} : readBody(event);
      const partner = authorize(deps.grants, caller, account);
      audit({ partner });
      if (remove) {
        await unwatch(deps, account);
        return { statusCode: 204, body: '' };
      }
      // A typo must never be watched: EnKash has the account, or this throws.
      await deps.enkash.readSummary({ ...account, partner, deadline });
      const rule = lowBalance ?? null;
      const { created, since } = await watch(deps, { ...account, partner, caller, rule });
      return { ...ok(watchSchema, viewWatch(account, since, rule)), statusCode: created ? 201 : 200 };
    },
  });
}

/** No body at all is a watch without a rule. */
function readBody(event: ApiRequest['event']) {
  return event.body ? parseBody(event, watchBody) : {};
}
