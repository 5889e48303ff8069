import { liveCardAccountDeps } from '../lib/live.ts';
import { createHandler } from './get-card-account-drop-in.ts';

export const handler = createHandler(liveCardAccountDeps());
