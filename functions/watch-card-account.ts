import { type ApiHandler, type ApiResponse, apiHandler, byMethod, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { viewWatch } from '../lib/api/balances-views.ts';
import { type PutWatchDeps, putWatch } from '../lib/api/put-watch.ts';
import { getWatch } from '../lib/api/routes/get-watch.ts';
import { unwatchCardAccount } from '../lib/api/routes/unwatch-card-account.ts';
import { watchCardAccount } from '../lib/api/routes/watch-card-account.ts';
import { watchSchema } from '../lib/api/watch-contract.ts';
import { etagOf, preconditionOf } from '../lib/api/watch-etag.ts';
import type { Watch } from '../lib/balances/watch-store.ts';
import { AppError } from '../lib/errors.ts';
import { unwatch } from '../lib/snapshots/watch-account.ts';

type Deps = HttpDeps & PutWatchDeps;

/** `GET`, `PUT` and `DELETE …/{cardAccountId}/watch`: an account's place in the schedule of snapshots, with its rules. */
export function createHandler(deps: Deps): ApiHandler {
  const show = async (watch: Watch): Promise<ApiResponse> =>
    ok(watchSchema, viewWatch(watch, await deps.alerts.get(watch)), { etag: etagOf(watch) });
  return byMethod({
    PUT: apiHandler({
      route: watchCardAccount,
      deps,
      async handle({ params: account, body: { rules }, caller, partner, deadline, ...headers }) {
        const require = preconditionOf(headers);
        const { created, watch } = await putWatch(deps, { account, partner, caller, rules, require, deadline });
        return { ...(await show(watch)), statusCode: created ? 201 : 200 };
      },
    }),
    GET: apiHandler({
      route: getWatch,
      deps,
      async handle({ params: account }) {
        const watch = await deps.watches.get(account);
        if (watch === undefined || watch.end !== null) throw new AppError('NOT_WATCHED');
        return show(watch);
      },
    }),
    DELETE: apiHandler({
      route: unwatchCardAccount,
      deps,
      async handle({ params: account, deadline, ...headers }) {
        await unwatch(deps, { account, deadline, require: preconditionOf(headers) });
        return { statusCode: 204, body: '' };
      },
    }),
  });
}
