import { liveNotifyDeps } from '../lib/live/events.ts';
import { createHandler } from './notify-people.ts';

export const handler = createHandler(liveNotifyDeps());
