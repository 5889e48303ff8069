import type { Session, SessionSource } from '../enkash/session.ts';
import { LoginBlockedError, UpstreamError } from '../errors.ts';
import { acquireSession, openShared } from './acquire.ts';
import type { GateItem } from './item.ts';
import { readItem, refuse, replace } from './lease.ts';
import { type LoginGateDeps, newMemory, type PartnerMemory } from './memory.ts';
import { blocked } from './rules.ts';
import { fingerprint } from './sealed-token.ts';
import { isUsable, judge401, markDead, remember401 } from './tokens.ts';

const MARK_ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * Sessions for the whole fleet with at most one login in flight, and never a third that may fail.
 * Memory first, then the shared item, then a login (architecture.md section 5).
 */
export function createLoginGate(deps: LoginGateDeps): SessionSource {
  const me = deps.newId();
  const memories = new Map<string, PartnerMemory>();
  const { now } = deps;

  function memoryOf(partner: string): PartnerMemory {
    const known = memories.get(partner);
    if (known) return known;
    const made = newMemory(partner, me);
    memories.set(partner, made);
    return made;
  }

  function held(memory: PartnerMemory): Session | undefined {
    const session = memory.held;
    return session && isUsable({ usableUntil: session.expiresAt, dead: false }, now()) ? session : undefined;
  }

  async function get(memory: PartnerMemory, deadline: number): Promise<Session> {
    for (;;) {
      const session = held(memory);
      if (session) return session;
      if (memory.verdict && now() < memory.verdict.until) throw memory.verdict.error;
      if (!memory.pending) return start(memory, deadline);
      const joined = await join(memory, memory.pending, deadline);
      if (joined) return joined;
    }
  }

  function start(memory: PartnerMemory, deadline: number): Promise<Session> {
    const session = acquireSession(deps, memory, deadline).finally(() => {
      memory.pending = undefined;
    });
    memory.pending = { session, deadline };
    return session;
  }

  /** @returns undefined when whoever started it ran out of time and we did not. */
  async function join(
    memory: PartnerMemory,
    pending: { readonly session: Promise<Session>; readonly deadline: number },
    deadline: number,
  ): Promise<Session | undefined> {
    const outcome = pending.session.catch((error: unknown) => {
      const outOfTime = error instanceof LoginBlockedError && error.reason === 'no-time-left';
      if (outOfTime && deadline > pending.deadline) return undefined;
      throw error;
    });
    if (deadline >= pending.deadline) return outcome;
    const late = Symbol('late');
    const first = await Promise.race([outcome, deps.sleep(deadline - now()).then(() => late)]);
    if (typeof first !== 'symbol') return first;
    if (memory.loggingIn) return outcome;
    outcome.catch(() => undefined);
    throw blocked('login-in-progress');
  }

  async function renew(memory: PartnerMemory, refused: Session, deadline: number): Promise<Session> {
    const other = held(memory);
    if (other && other.token !== refused.token) return other;
    if (now() < memory.freshRefusedUntil) throw freshTokenRefused();

    const token = {
      id: fingerprint(refused.token),
      issuedAt: memory.held?.token === refused.token ? memory.held.issuedAt : Number.NEGATIVE_INFINITY,
      usableUntil: refused.expiresAt,
      accepted: memory.acceptedToken === refused.token,
    };
    let failedReads = 0;
    for (let attempt = 0; attempt < MARK_ATTEMPTS && now() < deadline; attempt += 1) {
      const item = await readItem(deps, memory).catch(() => undefined);
      if (!item) {
        failedReads += 1;
        if (failedReads > 1) break;
        continue;
      }
      const session = item.token?.id === token.id ? undefined : await openShared(deps, memory, item.token);
      if (session) return session;
      if (judge401(item, token, now()) === 'not-the-token') throw await refuseFor(memory, item);
      const dead = markDead(item, token.id, now());
      const marked = dead === item ? 'won' : (await replace(deps, dead, item)).kind;
      if (marked === 'failed') await deps.sleep(PAUSE_MS);
      if (marked === 'won') {
        if (dead !== item) deps.report({ kind: 'token-dead', partner: memory.partner });
        if (memory.held?.token === refused.token) memory.held = undefined;
        return get(memory, deadline);
      }
    }
    throw refuse(deps, memory, blocked('gate-unreachable'));
  }

  /** Remembers, here and for the fleet, that 401s are not about tokens for now. */
  async function refuseFor(memory: PartnerMemory, item: GateItem): Promise<UpstreamError> {
    const remembered = remember401(item, now());
    memory.freshRefusedUntil = remembered.freshRefusedUntil ?? 0;
    if (remembered !== item) {
      deps.report({ kind: 'fresh-token-refused', partner: memory.partner });
      await replace(deps, remembered, item);
    }
    return freshTokenRefused();
  }

  return {
    get: (partner, deadline) => get(memoryOf(partner), deadline),
    accepted(partner, session) {
      memoryOf(partner).acceptedToken = session.token;
    },
    renew: (partner, refused, deadline) => renew(memoryOf(partner), refused, deadline),
    async preload(partner) {
      const memory = memoryOf(partner);
      try {
        const [item] = await Promise.all([readItem(deps, memory), deps.credentials.current(partner)]);
        await openShared(deps, memory, item.token);
      } catch {
        // The first request meets the same trouble and reports it.
      }
    },
  };
}

function freshTokenRefused(): UpstreamError {
  return new UpstreamError('UPSTREAM_REFUSED', { reason: 'fresh-token-refused', upstreamStatus: 401 });
}
