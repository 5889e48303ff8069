import { liveWatchDeps } from '../lib/live/functions.ts';
import { createHandler } from './watch-card-account.ts';

export const handler = createHandler(liveWatchDeps());
