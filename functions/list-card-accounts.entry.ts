import { liveListDeps } from '../lib/live/functions.ts';
import { createHandler } from './list-card-accounts.ts';

export const handler = createHandler(liveListDeps());
