import { createHandler as createBatchGetCardAccounts } from '../../functions/batch-get-card-accounts.ts';
import { createHandler as createDeliverWebhooks } from '../../functions/deliver-webhooks.ts';
import { createHandler as createGetBalances } from '../../functions/get-balances.ts';
import { createHandler as createGetCardAccount } from '../../functions/get-card-account.ts';
import { createHandler as createGetCardAccountDropIn } from '../../functions/get-card-account-drop-in.ts';
import { createHandler as createGetCompanyBalances } from '../../functions/get-company-balances.ts';
import { createHandler as createGetOpenApi } from '../../functions/get-openapi.ts';
import { createHandler as createInspect } from '../../functions/inspect.ts';
import { createHandler as createListCardAccounts } from '../../functions/list-card-accounts.ts';
import { createHandler as createListEvents } from '../../functions/list-events.ts';
import { createHandler as createOperate } from '../../functions/operate.ts';
import { createHandler as createPlanSnapshots } from '../../functions/plan-snapshots.ts';
import { createHandler as createReconcileSnapshots } from '../../functions/reconcile-snapshots.ts';
import { createHandler as createTakeSnapshot } from '../../functions/take-snapshot.ts';
import { createHandler as createWatchCardAccount } from '../../functions/watch-card-account.ts';
import { createHandler as createWatchCompany } from '../../functions/watch-company.ts';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { DELIVER_LAMBDA_MS, LAMBDA_MS, OPERATE_LAMBDA_MS } from '../../lib/budgets.ts';
import { envSchemas, readEnv } from '../../lib/env.ts';
import { type LiveOptions, liveDropInDeps } from '../../lib/live/enkash.ts';
import { liveEventsDeps } from '../../lib/live/events.ts';
import * as snapshots from '../../lib/live/functions.ts';
import { liveInspectDeps, liveOperateDeps } from '../../lib/live/operate.ts';
import { liveDeliverDeps } from '../../lib/live/webhooks.ts';
import type { LambdaHandler } from './lambda.ts';

/** The production handlers of the routes, each with live dependencies of its own, as its Lambda has. */
export function createHttpFunctions(options: Required<LiveOptions>): Readonly<Record<string, LambdaHandler>> {
  return {
    'get-card-account': createGetCardAccount(snapshots.liveCardAccountDeps(options)),
    'batch-get-card-accounts': createBatchGetCardAccounts(snapshots.liveCardAccountDeps(options)),
    'get-card-account-drop-in': createGetCardAccountDropIn(liveDropInDeps(options)),
    'get-openapi': createGetOpenApi({
      document: JSON.stringify(openApiDocument()),
      tokenUrl: readEnv(envSchemas['get-openapi'], options.env).TOKEN_URL,
    }),
    'list-card-accounts': createListCardAccounts(snapshots.liveListDeps(options)),
    'watch-card-account': createWatchCardAccount(snapshots.liveWatchDeps(options)),
    'watch-company': createWatchCompany(snapshots.liveWatchDeps(options)),
    'get-company-balances': createGetCompanyBalances(snapshots.liveCompanyBalancesDeps(options)),
    'list-events': createListEvents(liveEventsDeps(options)),
    'get-balances': createGetBalances(snapshots.liveBalancesDeps(options)),
  };
}

/** The functions that an operator invokes, as Lambda runs them. */
export function createOperatorFunctions(options: Required<LiveOptions>) {
  return {
    inspect: { handler: createInspect(liveInspectDeps(options)), timeoutMs: LAMBDA_MS },
    operate: { handler: createOperate(liveOperateDeps(options)), timeoutMs: OPERATE_LAMBDA_MS, atMost: 1 },
    'deliver-webhooks': {
      handler: createDeliverWebhooks(liveDeliverDeps({ ...options, loopback: true })),
      timeoutMs: DELIVER_LAMBDA_MS,
    },
  };
}

/** The production handlers that nobody calls over HTTP. */
export function createSnapshotFunctions(options: Required<LiveOptions>) {
  return {
    plan: createPlanSnapshots(snapshots.livePlanDeps(options)),
    take: createTakeSnapshot(snapshots.liveTakeDeps(options)),
    reconcile: createReconcileSnapshots(snapshots.liveReconcileDeps(options)),
  };
}
