import { liveDeliverDeps } from '../lib/live/webhooks.ts';
import { createHandler } from './deliver-webhooks.ts';

export const handler = createHandler(liveDeliverDeps());
