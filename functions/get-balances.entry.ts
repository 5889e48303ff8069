import { liveBalancesDeps } from '../lib/live/functions.ts';
import { createHandler } from './get-balances.ts';

export const handler = createHandler(liveBalancesDeps());
