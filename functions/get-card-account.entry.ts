import { liveCardAccountDeps } from '../lib/live.ts';
import { createHandler } from './get-card-account.ts';

export const handler = createHandler(liveCardAccountDeps());
