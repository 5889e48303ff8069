import { liveBalancesDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './get-balances.ts';

export const handler = createHandler(liveBalancesDeps());
