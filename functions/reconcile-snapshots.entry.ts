import { liveReconcileDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './reconcile-snapshots.ts';

export const handler = createHandler(liveReconcileDeps());
