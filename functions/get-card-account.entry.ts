import { liveCardAccountDeps } from '../lib/snapshots/live.ts';
import { warmUp } from '../lib/warm-up.ts';
import { createHandler } from './get-card-account.ts';

export const handler = createHandler(await warmUp(liveCardAccountDeps(), createHandler));
