import { liveDropInDeps } from '../lib/live.ts';
import { warmUp } from '../lib/warm-up.ts';
import { createHandler } from './get-card-account-drop-in.ts';

export const handler = createHandler(await warmUp(liveDropInDeps(), createHandler));
