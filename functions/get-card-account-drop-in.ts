import { dropInFailureSchema, dropInSchema, dropInView } from '../lib/account/drop-in-view.ts';
import { type ApiHandler, type ApiResponse, apiHandler, type HttpDeps, ok } from '../lib/api/api-handler.ts';
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

function showFailure({ status, title, code, requestId, retryable, errors = [] }: Problem): ApiResponse {
  const details = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  const text = details === '' ? title : `${title}: ${details}`;
  const error = { code, requestId, retryable };
  const failure = { response_code: 1 as const, response_message: text, payload: text, error };
  return { ...ok(dropInFailureSchema, failure), statusCode: status };
}
