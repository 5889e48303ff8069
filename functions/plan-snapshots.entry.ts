import { livePlanDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './plan-snapshots.ts';

export const handler = createHandler(livePlanDeps());
