import { getCardAccountDropIn } from '../lib/api/routes/get-card-account-drop-in.ts';
import { liveDropInDeps } from '../lib/live/enkash.ts';
import { warmUp } from '../lib/live/warm-up.ts';
import { createHandler } from './get-card-account-drop-in.ts';

export const handler = createHandler(await warmUp(liveDropInDeps(), createHandler, getCardAccountDropIn));
