import { batchGetCardAccounts } from './batch-get-card-accounts.ts';
import { getBalances } from './get-balances.ts';
import { getCardAccount } from './get-card-account.ts';
import { getCardAccountDropIn } from './get-card-account-drop-in.ts';
import { getCompanyBalances } from './get-company-balances.ts';
import { getOpenApi } from './get-openapi.ts';
import { getWatch } from './get-watch.ts';
import { listCardAccounts } from './list-card-accounts.ts';
import { listEvents } from './list-events.ts';
import type { Route } from './route.ts';
import { unwatchCardAccount } from './unwatch-card-account.ts';
import { watchCardAccount } from './watch-card-account.ts';
import { watchCompany } from './watch-company.ts';

/** Every route. The stack, the local gateway and OpenAPI read this table; a function imports its own route alone. */
export const routes: readonly Route[] = [
  getCardAccount,
  batchGetCardAccounts,
  listCardAccounts,
  getBalances,
  getCompanyBalances,
  getWatch,
  watchCardAccount,
  unwatchCardAccount,
  watchCompany,
  getCardAccountDropIn,
  listEvents,
  getOpenApi,
];
