import { liveCompanyBalancesDeps } from '../lib/live/functions.ts';
import { createHandler } from './get-company-balances.ts';

export const handler = createHandler(liveCompanyBalancesDeps());
