import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { watchCompany as route } from '../lib/api/routes/watch-company.ts';
import { type WatchCompanyDeps, watchCompany } from '../lib/api/watch-company.ts';
import { watchCompanySchema } from '../lib/api/watch-contract.ts';

/** `PUT /v1/companies/{companyId}/watch`: up to 100 accounts in one call, each with its own problem when it fails. */
export function createHandler(deps: HttpDeps & WatchCompanyDeps): ApiHandler {
  return apiHandler({
    route,
    deps,
    async handle({ params, body, caller, requestId, deadline, fields, audit }) {
      const items = await watchCompany(deps, { ...params, ...body, caller, requestId, deadline, fields });
      audit({ count: items.length, failed: items.filter(({ problem }) => problem !== null).length });
      return ok(watchCompanySchema, { items });
    },
  });
}
