import { liveDeliverDeps } from '../lib/live/events.ts';
import { createHandler } from './deliver-webhooks.ts';

export const handler = createHandler(liveDeliverDeps());
