import { liveListDeps } from '../lib/snapshots/live.ts';
import { createHandler } from './list-card-accounts.ts';

export const handler = createHandler(liveListDeps());
