import { livePlanDeps } from '../lib/live/functions.ts';
import { createHandler } from './plan-snapshots.ts';

export const handler = createHandler(livePlanDeps());
