import { liveLoginGateDeps } from '../../../lib/live/enkash.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import type { StageFacts } from './stage-facts.ts';
import { enkashEnvOf } from './stages.ts';

const silent = { log: () => {}, metric: () => {} };

/** A stage's gate as its functions have it, without their log. */
export function gateDepsOf(facts: StageFacts): LoginGateDeps {
  return liveLoginGateDeps({ env: enkashEnvOf(facts), telemetry: silent, source: facts.env });
}
