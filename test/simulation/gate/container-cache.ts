import type { CredentialSource, PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import type { Session, SessionSource } from '../../../lib/enkash/session.ts';
import { LoginBlockedError, UpstreamError } from '../../../lib/errors.ts';
import type { LoginOutcome } from '../../../lib/login-gate/outcome.ts';
import { type Deploy, deployWith } from './deployment.ts';

type ContainerSessionDeps = {
  readonly credentials: CredentialSource;
  readonly login: (credentials: PartnerCredentials, sendBy: number) => Promise<LoginOutcome>;
  readonly now: () => number;
};

/** The prose of api-9796904 says five minutes, its example a day: believe the shorter. */
const LIFE_CAP_MS = 300_000;

/** Sessions of one container: one login in flight, and none again with a secret version that was refused. */
function createContainerSessions({ credentials, login, now }: ContainerSessionDeps): SessionSource {
  const sessions = new Map<string, Session>();
  const pending = new Map<string, Promise<Session>>();
  const refused = new Set<string>();

  async function logIn(partner: string): Promise<Session> {
    const current = await credentials.fresh(partner, 30_000);
    if (refused.has(current.versionId)) throw new LoginBlockedError('password-refused', 30);
    const at = now();
    const outcome = await login(current, Number.POSITIVE_INFINITY);
    switch (outcome.kind) {
      case 'accepted': {
        const life = Math.min(outcome.statedLifeMs ?? LIFE_CAP_MS, LIFE_CAP_MS);
        const session = { token: outcome.token, credentials: current, expiresAt: at + life };
        sessions.set(partner, session);
        return session;
      }
      case 'refused':
      case 'possible':
        refused.add(current.versionId);
        throw new LoginBlockedError(outcome.kind === 'refused' ? 'password-refused' : 'login-unknown', 30);
      case 'not-sent':
      case 'turned-away':
        throw new UpstreamError('UPSTREAM_UNAVAILABLE', { reason: 'token-host', retryAfterSeconds: 5 });
    }
  }

  function share(partner: string): Promise<Session> {
    const shared =
      pending.get(partner) ??
      logIn(partner).finally(() => {
        pending.delete(partner);
      });
    pending.set(partner, shared);
    return shared;
  }

  return {
    async get(partner) {
      const held = sessions.get(partner);
      return held && held.expiresAt > now() ? held : share(partner);
    },
    preload: async () => {},
    async accepted() {},
    async renew({ partner, session }) {
      if (sessions.get(partner)?.token === session.token) sessions.delete(partner);
      return this.get(partner, 0);
    },
  };
}

/** What a project without a gate has: a cache in each container. */
export const deployCache: Deploy = (around) => deployWith(createContainerSessions, around);
