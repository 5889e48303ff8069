import { liveEventsDeps } from '../lib/live/events.ts';
import { createHandler } from './list-events.ts';

export const handler = createHandler(liveEventsDeps());
