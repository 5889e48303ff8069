import { dropInFailureSchema, dropInSchema, dropInView } from '../lib/account/drop-in-view.ts';
import { accountKey, noQuery } from '../lib/api/account-contract.ts';
import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { parseBody, parseQuery } from '../lib/api/api-request.ts';
import type { Problem } from '../lib/api/problem.ts';
import type { EnkashClient } from '../lib/enkash/client.ts';
import { authorize, type Grants } from '../lib/grants.ts';

export type DropInDeps = HttpDeps & { readonly grants: Grants; readonly enkash: EnkashClient };

/** `POST /api/v0/partner/enKashCard/cardAccount/get`: EnKash's own path, body and envelope, with our token. */
export function createHandler(deps: DropInDeps): ApiHandler {
  return apiHandler({
    deps,
    scope: 'card-accounts/full',
    showProblem: showFailure,
    async handle({ event, caller, deadline, audit }) {
      parseQuery(event, noQuery);
      const account = parseBody(event, accountKey);
      audit({ ...account, view: 'drop-in' });
      const partner = authorize(deps.grants, caller, account);
      audit({ partner });
      const reading = await deps.enkash.readFull({ ...account, partner, deadline });
      return ok(dropInSchema, dropInView(reading.account));
    },
  });
}

function showFailure({ status, title }: Problem): ApiResponse {
  const failure = { response_code: 1 as const, response_message: title, payload: title };
  return { ...ok(dropInFailureSchema, failure), statusCode: status };
}
