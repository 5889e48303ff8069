import { dropInFailureSchema, dropInSchema, dropInView } from '../lib/account/drop-in-view.ts';
import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
import { dropInFailure } from '../lib/api/drop-in-contract.ts';
import type { Problem } from '../lib/api/problem.ts';
import { getCardAccountDropIn } from '../lib/api/routes/get-card-account-drop-in.ts';
import type { EnkashClient } from '../lib/enkash/client.ts';

export type DropInDeps = HttpDeps & { readonly enkash: EnkashClient };

/** `POST /api/v0/partner/enKashCard/cardAccount/get`: EnKash's own path, body and envelope, with our token. */
export function createHandler(deps: DropInDeps): ApiHandler {
  return apiHandler({
    route: getCardAccountDropIn,
    deps,
    showProblem: showFailure,
    async handle({ body, partner, deadline }) {
      const reading = await deps.enkash.readFull({ ...body, partner, deadline });
      return ok(dropInSchema, dropInView(reading.account));
    },
  });
}

function showFailure(problem: Problem): ApiResponse {
  return { ...ok(dropInFailureSchema, dropInFailure(problem)), statusCode: problem.status };
}
