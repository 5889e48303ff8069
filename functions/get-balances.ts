import { accountKey } from '../lib/api/account-contract.ts';
import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { parsePath, parseQuery } from '../lib/api/api-request.ts';
import { asOfSchema, balancesQuery, dayHistorySchema, slotHistorySchema } from '../lib/api/balances-contract.ts';
import { askedFor } from '../lib/api/balances-query.ts';
import { viewAsOf, viewDays, viewSlots } from '../lib/api/balances-views.ts';
import { asOf, dayHistory, type HistoryDeps, slotHistory } from '../lib/balances/history.ts';
import { RequestError } from '../lib/errors.ts';
import { authorize, type Grants } from '../lib/grants.ts';

export type GetBalancesDeps = HttpDeps & HistoryDeps & { readonly grants: Grants };

/** `GET …/{cardAccountId}/balances`: what was measured, with its gaps; or the last measured slot at an instant. */
export function createHandler(deps: GetBalancesDeps): ApiHandler {
  return apiHandler({
    deps,
    scope: 'card-accounts/read',
    async handle({ event, caller, audit }): Promise<ApiResponse> {
      const account = parsePath(event, accountKey);
      const query = parseQuery(event, balancesQuery);
      audit(account);
      audit({ partner: authorize(deps.grants, caller, account) });
      const asked = askedFor(query, deps.now());
      switch (asked.kind) {
        case 'slot':
          return ok(
            slotHistorySchema,
            viewSlots(await slotHistory(deps, account, asked.span, asked.limit), asked.span),
          );
        case 'day':
          return ok(dayHistorySchema, viewDays(await dayHistory(deps, account, asked.span, asked.limit), asked.span));
        case 'at': {
          const found = await asOf(deps, account, asked.at);
          if (!found) throw new RequestError('NOT_FOUND');
          return ok(asOfSchema, viewAsOf(found, asked.at));
        }
      }
    },
  });
}
