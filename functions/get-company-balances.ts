import { prefersCsv } from '../lib/api/accept.ts';
import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { companyHistorySchema } from '../lib/api/balances-contract.ts';
import { companyCsv } from '../lib/api/balances-csv.ts';
import { type CompanyBalancesDeps, companyBalances } from '../lib/api/company-balances.ts';
import { getCompanyBalances } from '../lib/api/routes/get-company-balances.ts';
import { RequestError } from '../lib/errors.ts';

/** Accounts on a page: a month of 100 is 3 MB as JSON, a month of 500 is 3 MB as CSV; Lambda answers 6 MB at most. */
const most = { json: 100, csv: 500 } as const;

/** `GET /v1/companies/{companyId}/balances`: the days of a company's accounts, as JSON or as a table. */
export function createHandler(deps: HttpDeps & CompanyBalancesDeps): ApiHandler {
  return apiHandler({
    route: getCompanyBalances,
    deps,
    async handle({ params, query, caller, accept }) {
      const csv = prefersCsv(accept);
      const limit = query.limit ?? (csv ? most.csv : most.json);
      if (!csv && limit > most.json) throw tooMany();
      const page = await companyBalances(deps, { ...query, ...params, caller, limit });
      return csv ? companyCsv(page, limit) : ok(companyHistorySchema, page, { vary: 'Accept' });
    },
  });
}

function tooMany(): RequestError {
  const message = `must be at most ${most.json}, or ${most.csv} with Accept: text/csv`;
  return new RequestError('INVALID_REQUEST', [{ field: 'limit', message }]);
}
