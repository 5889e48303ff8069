import { liveWatchDeps } from '../lib/live/functions.ts';
import { createHandler } from './watch-company.ts';

export const handler = createHandler(liveWatchDeps());
