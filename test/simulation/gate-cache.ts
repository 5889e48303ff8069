import type { Session } from '../../lib/enkash/session.ts';
import { UpstreamError } from '../../lib/errors.ts';
import type { GateFactory } from './gate-fleet.ts';

/** What is usually built, for comparison: a token cache in each container, with single flight and a login when there is none. */
export const createContainerCache: GateFactory = (deps) => {
  let held: Session | undefined;
  let pending: Promise<Session> | undefined;

  async function logIn(partner: string): Promise<Session> {
    const credentials = await deps.credentials.fresh(partner, 30_000);
    const outcome = await deps.login(credentials);
    if (outcome.kind !== 'accepted') throw new UpstreamError('UPSTREAM_UNAVAILABLE', { reason: outcome.kind });
    const lifeMs = Math.min(outcome.statedLifeMs ?? 300_000, 300_000);
    held = { token: outcome.token, credentials, expiresAt: deps.now() + lifeMs };
    return held;
  }

  async function get(partner: string): Promise<Session> {
    if (held && deps.now() < held.expiresAt) return held;
    pending ??= logIn(partner).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    get,
    accepted: () => undefined,
    async renew(partner, refused) {
      if (held?.token === refused.token) held = undefined;
      return get(partner);
    },
  };
};
