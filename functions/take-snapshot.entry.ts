import { liveTakeDeps } from '../lib/live/functions.ts';
import { createHandler } from './take-snapshot.ts';

export const handler = createHandler(liveTakeDeps());
