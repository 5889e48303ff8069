import { liveOperateDeps } from '../lib/live/operate.ts';
import { createHandler } from './operate.ts';

export const handler = createHandler(liveOperateDeps());
