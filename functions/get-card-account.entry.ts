import { getCardAccount } from '../lib/api/routes/get-card-account.ts';
import { liveCardAccountDeps } from '../lib/live/functions.ts';
import { warmUp } from '../lib/live/warm-up.ts';
import { createHandler } from './get-card-account.ts';

export const handler = createHandler(await warmUp(liveCardAccountDeps(), createHandler, getCardAccount));
