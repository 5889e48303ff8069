import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { asOfSchema, dayHistorySchema, slotHistorySchema } from '../lib/api/balances-contract.ts';
import { askedFor } from '../lib/api/balances-query.ts';
import { viewAsOf, viewDays, viewSlots } from '../lib/api/balances-views.ts';
import { getBalances } from '../lib/api/routes/get-balances.ts';
import { asOf, dayHistory, type HistoryDeps, slotHistory } from '../lib/balances/history.ts';
import { RequestError } from '../lib/errors.ts';

/** `GET …/{cardAccountId}/balances`: what was measured, with its gaps; or the last measured slot at an instant. */
export function createHandler(deps: HttpDeps & HistoryDeps): ApiHandler {
  return apiHandler({
    route: getBalances,
    deps,
    async handle({ params: account, query }): Promise<ApiResponse> {
      const asked = askedFor(query, deps.now());
      switch (asked.kind) {
        case 'slot': {
          const history = await slotHistory(deps, account, asked.span, asked.limit);
          return ok(slotHistorySchema, viewSlots(history, asked.span));
        }
        case 'day':
          return ok(dayHistorySchema, viewDays(await dayHistory(deps, account, asked.span, asked.limit), asked.span));
        case 'at': {
          const reading = await asOf(deps, account, asked.at);
          if (!reading) throw new RequestError('NOT_FOUND');
          return ok(asOfSchema, viewAsOf(reading, asked.at));
        }
      }
    },
  });
}
