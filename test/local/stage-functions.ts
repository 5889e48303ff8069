import { createHandler as createGetCardAccount } from '../../functions/get-card-account.ts';
import { createHandler as createGetCardAccountDropIn } from '../../functions/get-card-account-drop-in.ts';
import { createHandler as createGetOpenApi } from '../../functions/get-openapi.ts';
import { type LiveOptions, liveCardAccountDeps } from '../../lib/live.ts';
import { openApiDocument } from '../../lib/openapi.ts';
import type { LambdaHandler } from './lambda.ts';

/** The production handlers, each with live dependencies of its own, as its Lambda has: function name -> handler. */
export function createStageFunctions(options: Required<LiveOptions>): Readonly<Record<string, LambdaHandler>> {
  return {
    'get-card-account': createGetCardAccount(liveCardAccountDeps(options)),
    'get-card-account-drop-in': createGetCardAccountDropIn(liveCardAccountDeps(options)),
    'get-openapi': createGetOpenApi(JSON.stringify(openApiDocument())),
  };
}
