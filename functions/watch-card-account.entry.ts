import { liveWatchDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './watch-card-account.ts';

export const handler = createHandler(liveWatchDeps());
