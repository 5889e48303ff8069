import { asOfNow, parseSecret } from '../../../lib/enkash/credentials.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { close, open } from '../../../lib/login-gate/operator.ts';
import { allowOne } from '../../../lib/login-gate/permission.ts';
import { settledLogin, settledStatus, statusOf } from '../../../lib/login-gate/status.ts';
import { tryPending } from '../../../lib/login-gate/trial.ts';
import { secretText } from './secrets.ts';
import type { LoginFields } from './world.ts';

export type AllowFlags = { readonly sameSecret?: boolean; readonly unlocked?: boolean };
export type OpenFlags = { readonly neverTried?: boolean };
/** What `status` shows, and `allow-one` sends back. */
type Shown = { readonly loginId: string; readonly rev: number; readonly count: number; readonly versionId: string };

/** The operator's actions on the gate, in the process of the operator's function: the only place that knows their production names. */
export type GateCommands = ReturnType<typeof createCommands>;

export function createCommands(around: LoginGateDeps) {
  const deps = { ...around, credentials: asOfNow(around.credentials) };
  const { store } = deps;
  let trials = 0;
  return {
    async isClosed(partner: string): Promise<boolean> {
      const { verdict } = await statusOf(deps, partner);
      return verdict.kind === 'closed';
    },
    async show(partner: string): Promise<Shown> {
      const { loginId, rev, count, contents } = await statusOf(deps, partner);
      return { loginId, rev, count, versionId: contents.current?.versionId ?? '' };
    },
    async allowOne(partner: string, shown: Shown, { unlocked = false, sameSecret = false }: AllowFlags) {
      const status = await settledStatus(deps, partner);
      const answer = await allowOne(deps, status, { shown, unlockedByEnkash: unlocked, sameSecret });
      return { answer, permitted: answer === 'allowed' };
    },
    async open(partner: string, { neverTried = false }: OpenFlags): Promise<string> {
      const { loginId, isAsShown } = await settledLogin(deps, partner);
      return isAsShown ? open(store, { loginId, neverTried }) : 'changed';
    },
    async close(partner: string): Promise<string> {
      const { loginId } = await statusOf(deps, partner);
      return close(store, { loginId }, deps.now());
    },
    async tryPending(partner: string, fields: LoginFields): Promise<string> {
      trials += 1;
      const { kind } = await tryPending(deps, partner, parseSecret(secretText(fields), `pending-${trials}`));
      return kind;
    },
  };
}
