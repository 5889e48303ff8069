import { LOOK_FOR_VERSION_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { Session, SessionSource } from '../enkash/session.ts';
import { AppError, CredentialsError } from '../errors.ts';
import { loginIdOf } from './content.ts';
import { createIdentityGate, type IdentityGate } from './identity-gate.ts';
import type { GateEvent, LoginGateDeps } from './memory.ts';
import { isClosedFor } from './refusals.ts';

/**
 * Sessions for the whole fleet with at most one login in flight for each EnKash user, and never a third that may fail.
 * Memory first, then the shared item, then a login (architecture.md section 5, and README.md beside this file).
 */
export function createLoginGate(deps: LoginGateDeps): SessionSource {
  const { credentials, store, tokenUrl } = deps;
  const me = deps.newId();
  const gates = new Map<string, IdentityGate>();
  /** The login that served each partner last; its token serves without any secret being read. */
  const serving = new Map<string, IdentityGate>();

  /** A gate that nobody opened is told of where no other one serves in its place. */
  const untold = new Map<string, GateEvent>();
  const report = (event: GateEvent): void => {
    if (event.kind === 'closed' && event.reason === 'never-opened') untold.set(event.partner, event);
    else deps.report(event);
  };
  const tell = (partner: string): void => {
    const event = untold.get(partner);
    untold.delete(partner);
    if (event) deps.report(event);
  };

  function gateOf(partner: string, loginId: string): IdentityGate {
    const key = JSON.stringify([partner, loginId]);
    const known = gates.get(key);
    if (known) return known;
    const made = createIdentityGate({ ...deps, report }, partner, loginId, me);
    gates.set(key, made);
    return made;
  }

  async function get(partner: string, deadline: number): Promise<Session> {
    const held = await serving.get(partner)?.held();
    if (held) return held;
    const current = await readCurrent(deps, partner);
    const loginId = current instanceof AppError ? undefined : loginIdOf(tokenUrl, current);
    const failure = async (error: unknown): Promise<Session> => {
      try {
        const pointed = await store.readPointer(partner).catch(() => undefined);
        if (!pointed || pointed.loginId === loginId) throw error;
        const session = await serve(gateOf(partner, pointed.loginId));
        untold.delete(partner);
        return session;
      } catch (failed) {
        tell(partner);
        // The one in its place is closed too: what opens this one is the word that helps.
        throw failed instanceof AppError && isClosedFor(failed) ? error : failed;
      }
    };
    const serve = async (gate: IdentityGate): Promise<Session> => {
      const session = await gate.get(deadline);
      serving.set(partner, gate);
      return session;
    };
    if (current instanceof AppError || loginId === undefined) return failure(current);
    return serve(gateOf(partner, loginId)).catch((error: unknown) => {
      if (error instanceof AppError && error.reason === 'never-opened') return failure(error);
      throw error;
    });
  }

  return {
    get,
    async accepted(partner, session, account) {
      await gateOf(partner, loginIdOf(tokenUrl, session.credentials)).accepted(session, account);
    },
    async renew(refusal) {
      const { partner, session, deadline } = refusal;
      const renewed = await gateOf(partner, loginIdOf(tokenUrl, session.credentials)).renew(refusal);
      return renewed === 'log-in' ? get(partner, deadline) : renewed;
    },
    async preload(partner) {
      try {
        const gate = gateOf(partner, loginIdOf(tokenUrl, await credentials.current(partner)));
        await gate.preload();
        serving.set(partner, gate);
      } catch {
        // The first request meets the same trouble and reports it.
      }
    },
  };
}

/** AWSCURRENT, read at most 30 s ago; while Secrets Manager is down the last one known. @returns the error where there is none */
async function readCurrent({ credentials }: LoginGateDeps, partner: string): Promise<PartnerCredentials | AppError> {
  try {
    return await credentials.fresh(partner, LOOK_FOR_VERSION_MS).catch((error: unknown) => {
      if (error instanceof AppError && error.reason === 'unreachable') return credentials.current(partner);
      throw error;
    });
  } catch (error) {
    if (error instanceof CredentialsError) return error;
    throw error;
  }
}
