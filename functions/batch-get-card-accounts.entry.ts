import { batchGetCardAccounts } from '../lib/api/routes/batch-get-card-accounts.ts';
import { liveCardAccountDeps } from '../lib/live/functions.ts';
import { warmUp } from '../lib/live/warm-up.ts';
import { createHandler } from './batch-get-card-accounts.ts';

export const handler = createHandler(await warmUp(liveCardAccountDeps(), createHandler, batchGetCardAccounts));
