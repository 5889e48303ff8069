import { type ApiHandler, apiHandler, type HttpDeps, ok } from '../lib/http.ts';
import { parsePath, parseQuery } from '../lib/http-request.ts';
import { companyPath, listQuery, listSchema } from '../lib/snapshots/contract.ts';
import { encodeCursor } from '../lib/snapshots/cursor.ts';
import { type ListingDeps, listAccounts } from '../lib/snapshots/listing.ts';
import { viewListed } from '../lib/snapshots/views.ts';

/** `GET /v1/companies/{companyId}/card-accounts`: granted accounts with their last balances, page by page. */
export function createHandler(deps: HttpDeps & ListingDeps): ApiHandler {
  return apiHandler({
    deps,
    scope: 'card-accounts/read',
    async handle({ event, caller, audit }) {
      const { companyId } = parsePath(event, companyPath);
      audit({ companyId });
      const { limit, cursor } = parseQuery(event, listQuery);
      const { items, next } = await listAccounts(deps, { caller, companyId, limit, after: cursor?.after });
      const now = deps.now();
      return ok(listSchema, {
        items: items.map(({ account, last }) => viewListed(account, last, now)),
        nextCursor: next === null ? null : encodeCursor({ after: next }),
      });
    },
  });
}
