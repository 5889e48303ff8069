import { prefersCsv } from '../lib/api/accept.ts';
import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { asOfSchema, dayHistorySchema, slotHistorySchema } from '../lib/api/balances-contract.ts';
import { daysCsv, slotsCsv } from '../lib/api/balances-csv.ts';
import { askedFor } from '../lib/api/balances-query.ts';
import { viewAsOf, viewDays, viewSlots } from '../lib/api/balances-views.ts';
import { getBalances } from '../lib/api/routes/get-balances.ts';
import { asOf, dayHistory, type HistoryDeps, slotHistory } from '../lib/balances/history.ts';
import { RequestError } from '../lib/errors.ts';

const varies = { vary: 'Accept' };

/** `GET …/{cardAccountId}/balances`: what was measured, with its gaps; or the last measured slot at an instant. */
export function createHandler(deps: HttpDeps & HistoryDeps): ApiHandler {
  return apiHandler({
    route: getBalances,
    deps,
    async handle({ params: account, query, accept }): Promise<ApiResponse> {
      const asked = askedFor(query, deps.now());
      const csv = prefersCsv(accept);
      switch (asked.kind) {
        case 'slot': {
          const history = await slotHistory(deps, account, asked.span, asked.limit);
          const page = viewSlots(history, asked.span);
          return csv ? slotsCsv(page, asked.limit) : ok(slotHistorySchema, page, varies);
        }
        case 'day': {
          const page = viewDays(await dayHistory(deps, account, asked.span, asked.limit), asked.span);
          return csv ? daysCsv(page, asked.limit) : ok(dayHistorySchema, page, varies);
        }
        case 'at': {
          const reading = await asOf(deps, account, asked.at);
          if (!reading) throw new RequestError('NOT_FOUND');
          return ok(asOfSchema, viewAsOf(reading, asked.at));
        }
      }
    },
  });
}
