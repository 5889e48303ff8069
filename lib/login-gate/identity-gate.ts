import type { AccountKey } from '../account-key.ts';
import { VERDICT_MS } from '../budgets.ts';
import type { Session } from '../enkash/session.ts';
import { type AppError, LoginBlockedError } from '../errors.ts';
import { noteAccepted } from './acceptance.ts';
import { createAcquire } from './acquire.ts';
import { createDecide } from './decide.ts';
import { createLogins } from './login.ts';
import { isAlive, type LoginGateDeps, type LoginMemory, newMemory } from './memory.ts';
import { blocked, isClosedFor } from './refusals.ts';
import { createRenewal } from './renewal.ts';
import { createSharedTokens } from './shared-token.ts';
import { createVersions } from './versions.ts';

/** Before a token from memory is served, an unstored outcome is stored again: this often, and this long, at most. */
const SETTLE_MS = 1_000;

/** A session on its way, and the deadline of the request that started it. */
type Pending = { readonly session: Promise<Session>; readonly deadline: number };

export type IdentityGate = ReturnType<typeof createIdentityGate>;

/** One partner's way to one EnKash login: memory first, then the shared item, then a login of its own. */
export function createIdentityGate(deps: LoginGateDeps, partner: string, loginId: string, me: string) {
  const { now } = deps;
  const memory = newMemory(`${me}/${partner}`);
  const versions = createVersions(deps, partner, loginId);
  const logins = createLogins(deps, partner, loginId, memory);
  const tokens = createSharedTokens(deps, loginId, versions, memory);
  const decide = createDecide(deps, versions, memory);
  const acquire = createAcquire({ deps, partner, loginId, memory, versions, logins, tokens, decide, refuse });
  let pending: Pending | undefined;
  /** The last refusal, kept for a second so that a closed gate costs nothing per request. */
  let refusal: { readonly error: AppError; readonly until: number } | undefined;

  /** @throws LoginBlockedError, CredentialsError or UpstreamError */
  async function get(deadline: number): Promise<Session> {
    for (;;) {
      await settleFirst();
      const held = heldNow();
      if (held) return held;
      if (refusal && now() < refusal.until) throw refusal.error;
      if (!pending) return start(deadline);
      const joined = await join(deps, memory, pending, deadline);
      if (joined) return joined;
    }
  }

  /** The token in memory; while its login is being stored, nobody has it yet. */
  function heldNow(): Session | undefined {
    return !memory.loggingIn && isAlive(memory.held, now()) ? memory.held : undefined;
  }

  /** Stores again what could not be stored; otherwise the rest of the fleet waits until the lease ends. */
  async function settleFirst(): Promise<void> {
    const { unsettled } = memory;
    if (!unsettled || memory.loggingIn || now() - unsettled.triedAt < SETTLE_MS) return;
    unsettled.triedAt = now();
    await Promise.race([logins.settleAgain(), deps.sleep(SETTLE_MS)]);
  }

  function start(deadline: number): Promise<Session> {
    const session = acquire(deadline).finally(() => {
      pending = undefined;
    });
    pending = { session, deadline };
    return session;
  }

  /** Remembers a refusal for the requests that come next, and reports a gate that is closed or out of reach. */
  function refuse(error: AppError): AppError {
    refusal = { error, until: now() + VERDICT_MS };
    if (error.reason === 'gate-unreachable') deps.report({ kind: 'unreachable', partner });
    else if (isClosedFor(error)) deps.report({ kind: 'closed', partner, reason: error.reason ?? '' });
    return error;
  }

  return {
    get,
    /** The token in memory, after one more try to store an outcome that is still unstored. */
    async held(): Promise<Session | undefined> {
      await settleFirst();
      return heldNow();
    },
    accepted: (session: Session, account: AccountKey) => noteAccepted(deps, loginId, memory, session, account),
    renew: createRenewal(deps, partner, loginId, memory, tokens),
    async preload(): Promise<void> {
      await tokens.open(await deps.store.read(loginId));
    },
  };
}

/** @returns undefined when the request that started it ran out of time and ours did not. */
async function join(
  { now, sleep }: LoginGateDeps,
  memory: LoginMemory,
  joined: Pending,
  deadline: number,
): Promise<Session | undefined> {
  const outcome = joined.session.catch((error: unknown) => {
    const outOfTime = error instanceof LoginBlockedError && error.reason === 'no-time-left';
    if (outOfTime && deadline > joined.deadline) return undefined;
    throw error;
  });
  if (deadline >= joined.deadline) return outcome;
  const late = Symbol('late');
  const first = await Promise.race([outcome, sleep(deadline - now()).then(() => late)]);
  if (typeof first !== 'symbol') return first;
  if (memory.loggingIn) return outcome;
  outcome.catch(() => undefined);
  throw blocked('login-in-progress');
}
