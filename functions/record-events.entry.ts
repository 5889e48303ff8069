import { liveRecordDeps } from '../lib/live/events.ts';
import { createHandler } from './record-events.ts';

export const handler = createHandler(liveRecordDeps());
