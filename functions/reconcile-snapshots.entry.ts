import { liveReconcileDeps } from '../lib/live/functions.ts';
import { createHandler } from './reconcile-snapshots.ts';

export const handler = createHandler(liveReconcileDeps());
