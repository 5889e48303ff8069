import { type EnvSource, envSchemas, readEnv } from '../../lib/env.ts';
import { AppError } from '../../lib/errors.ts';
import { liveLoginGateDeps } from '../../lib/live/enkash.ts';
import { open } from '../../lib/login-gate/operator.ts';
import { statusOf } from '../../lib/login-gate/status.ts';
import { localPartner } from './stage-callers.ts';

const silent = { log: () => {}, metric: () => {} };

/** Opens the gate of a sandbox that nobody ever tried. A secret that cannot be used leaves it closed, as any other gate. */
export async function openLocalGate(source: EnvSource, partner = localPartner): Promise<void> {
  const env = readEnv(envSchemas['get-card-account-drop-in'], source);
  const deps = liveLoginGateDeps({ env, telemetry: silent, source });
  const status = await statusOf(deps, partner).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    return undefined;
  });
  if (status) await open(deps.store, { loginId: status.loginId, neverTried: true });
}
