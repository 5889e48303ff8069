import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { listSchema } from '../lib/api/balances-contract.ts';
import { viewListed } from '../lib/api/balances-views.ts';
import { encodeCursor } from '../lib/api/cursor.ts';
import { type ListingDeps, listAccounts } from '../lib/api/list-accounts.ts';
import { listCardAccounts } from '../lib/api/routes/list-card-accounts.ts';

/** `GET /v1/companies/{companyId}/card-accounts`: granted accounts with their last balances, page by page. */
export function createHandler(deps: HttpDeps & ListingDeps): ApiHandler {
  return apiHandler({
    route: listCardAccounts,
    deps,
    async handle({ params: { companyId }, query: { limit, cursor }, caller }) {
      const { items, next } = await listAccounts(deps, { caller, companyId, limit, after: cursor?.after });
      const now = deps.now();
      return ok(listSchema, {
        items: items.map((listed) => viewListed(listed, now)),
        nextCursor: next === null ? null : encodeCursor({ after: next }),
      });
    },
  });
}
