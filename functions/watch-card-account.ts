import { type ApiHandler, apiHandler, byMethod, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { watchSchema } from '../lib/api/balances-contract.ts';
import { viewWatch } from '../lib/api/balances-views.ts';
import { unwatchCardAccount } from '../lib/api/routes/unwatch-card-account.ts';
import { watchCardAccount } from '../lib/api/routes/watch-card-account.ts';
import type { EnkashClient } from '../lib/enkash/client.ts';
import { unwatch, type WatchingDeps, watch } from '../lib/snapshots/watch-account.ts';

export type WatchCardAccountDeps = HttpDeps & WatchingDeps & { readonly enkash: Pick<EnkashClient, 'readSummary'> };

/** `PUT` and `DELETE …/{cardAccountId}/watch`: puts an account into the schedule of snapshots, and takes it out. */
export function createHandler(deps: WatchCardAccountDeps): ApiHandler {
  return byMethod({
    PUT: apiHandler({
      route: watchCardAccount,
      deps,
      async handle({ params: account, body, caller, partner, deadline }) {
        // A typo must never be watched: EnKash has the account, or this throws.
        const reading = await deps.enkash.readSummary({ ...account, partner, deadline });
        const rule = body.lowBalance ?? null;
        const { created, since } = await watch(deps, { ...account, partner, caller, rule });
        await deps.known.add(account, reading.account);
        return { ...ok(watchSchema, viewWatch(account, since, rule)), statusCode: created ? 201 : 200 };
      },
    }),
    DELETE: apiHandler({
      route: unwatchCardAccount,
      deps,
      async handle({ params: account }) {
        await unwatch(deps, account);
        return { statusCode: 204, body: '' };
      },
    }),
  });
}
