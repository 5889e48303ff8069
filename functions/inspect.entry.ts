import { liveInspectDeps } from '../lib/live/operate.ts';
import { createHandler } from './inspect.ts';

export const handler = createHandler(liveInspectDeps());
