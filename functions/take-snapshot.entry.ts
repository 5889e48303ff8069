import { liveTakeDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './take-snapshot.ts';

export const handler = createHandler(liveTakeDeps());
