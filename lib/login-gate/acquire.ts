import { LOGIN_NEEDS_MS, LOGIN_WAIT_MS } from '../budgets.ts';
import type { Session } from '../enkash/session.ts';
import type { AppError } from '../errors.ts';
import { askEnkash } from './control.ts';
import type { Decide } from './decide.ts';
import type { GateItem } from './item.ts';
import type { Logins, LoginUse } from './login.ts';
import { isAlive, type LoginGateDeps, type LoginMemory } from './memory.ts';
import { blocked, closedFor, refusalFor, waitRefusal } from './refusals.ts';
import { replace } from './replace.ts';
import type { SharedTokens } from './shared-token.ts';
import { type Verdict, verdictOf } from './standing.ts';
import type { Versions } from './versions.ts';

const POLL_MS = 100;
const POLL_JITTER_MS = 150;
/**
 * What failed at the table is tried again after 0.1, 0.2, 0.4 and 0.8 s, longer than the second in which DynamoDB throttles
 * a partition; at the fifth the gate is out of reach for this request.
 */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/** The parts of one identity's gate that a request goes through. */
type Parts = {
  readonly deps: LoginGateDeps;
  readonly partner: string;
  readonly loginId: string;
  readonly memory: LoginMemory;
  readonly versions: Versions;
  readonly logins: Logins;
  readonly tokens: SharedTokens;
  readonly decide: Decide;
  /** Remembers and reports a refusal, and returns it. */
  readonly refuse: (error: AppError) => AppError;
};

/** One request's way to a session: rounds of reading the item, and of doing what it says. */
export function createAcquire(parts: Parts) {
  const { deps, loginId, logins, decide } = parts;
  const { now } = deps;
  const readItem = () =>
    deps.store.read(loginId).then(
      (item) => ({ item }),
      () => undefined,
    );

  /** A session from the shared item, or else from a login of our own. */
  return async function acquire(deadline: number): Promise<Session> {
    const giveUpAt = Math.min(now() + LOGIN_WAIT_MS, deadline);
    const reads = createPatience(parts);
    const writes = createPatience(parts);
    /** A count may have been written: the item is read until the deadline, so that it is used or taken back. */
    let mayBeCounted = false;
    let unanswered: AppError | undefined;

    for (let round = 0; round === 0 || now() < (mayBeCounted ? deadline : giveUpAt); round += 1) {
      const read = await readItem();
      if (!read) {
        await reads.failed({ giveUp: !mayBeCounted });
        continue;
      }
      reads.forget();
      const { item } = read;
      const shared = await openShared(parts, item);
      if (shared === 'look-again') continue;
      if (shared === 'not-forgotten') {
        await writes.failed({ giveUp: !mayBeCounted });
        continue;
      }
      if (shared) return shared;

      const isMine = item?.lease !== undefined && logins.isToUse(item.lease);
      const next = isMine ? undefined : await decide(item);
      if (next && next.kind !== 'login') {
        mayBeCounted = false;
        await carryOut(parts, next, item, giveUpAt);
        continue;
      }
      if (next && deadline - now() < LOGIN_NEEDS_MS) throw blocked('no-time-left');
      const use =
        next && item
          ? await logins.attempt(item, next.credentials, deadline)
          : item?.lease && (await logins.use(item, item.lease, deadline));
      if (use?.kind === 'ended') {
        const ended = sessionOf(parts, use);
        if ('session' in ended) return ended.session;
        unanswered = ended.refusal;
      }
      mayBeCounted = use?.kind === 'failed';
      if (use?.kind === 'failed' || use?.kind === 'claim-failed') await writes.failed({ giveUp: true });
      else if (isMine && use?.kind === 'again') await poll(deps);
    }
    throw mayBeCounted || reads.isLosing()
      ? parts.refuse(blocked('gate-unreachable'))
      : (unanswered ?? blocked('login-in-progress'));
  };
}

/** Counts failures in a row at the table, and pauses after each: up to half as long again, so that a fleet spreads. */
function createPatience({ deps, refuse }: Parts) {
  let failures = 0;
  return {
    forget: () => {
      failures = 0;
    },
    isLosing: () => failures > 0,
    /** @throws LoginBlockedError `gate-unreachable` at the fifth, where giving up is allowed */
    failed({ giveUp }: { readonly giveUp: boolean }): Promise<void> {
      failures += 1;
      if (giveUp && failures >= ATTEMPTS) throw refuse(blocked('gate-unreachable'));
      return deps.sleep(FIRST_PAUSE_MS * 2 ** (failures - 1) * (1 + deps.random() / 2));
    },
  };
}

/** The fleet's token; a login that is being stored is waited for, and a token whose row never came is forgotten: EnKash may give it again. */
async function openShared({ deps, tokens }: Parts, item: GateItem | undefined) {
  const shared = await tokens.open(item);
  if (shared === 'not-yet') {
    await poll(deps);
    return 'look-again';
  }
  if (shared === 'lost' && item?.token) {
    const { kind } = await replace(deps, { ...item, token: undefined }, item);
    if (kind === 'failed') return 'not-forgotten';
    if (kind === 'lost') await poll(deps);
    return 'look-again';
  }
  return shared === 'lost' ? undefined : shared;
}

/** Waits, asks EnKash, or refuses the request. */
async function carryOut(
  { deps, partner, refuse }: Parts,
  verdict: Exclude<Verdict, { kind: 'login' }>,
  item: GateItem | undefined,
  giveUpAt: number,
): Promise<void> {
  if (verdict.kind === 'closed') throw refuse(closedFor(verdict.reason));
  if (verdict.kind === 'ask') {
    if (item && (await askEnkash(deps, partner, item)) === 'lost') await poll(deps);
    return;
  }
  const { wait } = verdict;
  if (wait.why === 'login-under-way' || wait.why === 'claimed') {
    await poll(deps);
    return;
  }
  const now = deps.now();
  if (wait.until > giveUpAt) throw refuse(refusalFor(verdict, now));
  await deps.sleep(wait.until - now + deps.random() * POLL_MS);
}

/**
 * What a login of ours gives the caller.
 * @returns the refusal for later, where the gate can go on at once: it asks EnKash, or logs in again because the login
 * brought the text that a 401 just ended
 */
function sessionOf(
  { deps, memory, versions, refuse }: Parts,
  { outcome, settled }: Extract<LoginUse, { kind: 'ended' }>,
): { readonly session: Session } | { readonly refusal: AppError } {
  const now = deps.now();
  if (outcome.kind === 'accepted') {
    if (settled.token?.dead) return { refusal: blocked('token-ending') };
    // The process was frozen meanwhile, or the token is in its last second.
    if (!isAlive(memory.held, now)) throw blocked('token-ending');
    return { session: memory.held };
  }
  const verdict = verdictOf(settled, versions.known(), now);
  if (verdict.kind === 'closed') throw refuse(closedFor(verdict.reason));
  if (verdict.kind === 'wait') throw refuse(refusalFor(verdict, now));
  return { refusal: waitRefusal('control', Math.max(1, Math.ceil(((settled.waitUntil ?? 0) - now) / 1000))) };
}

function poll({ sleep, random }: LoginGateDeps): Promise<void> {
  return sleep(POLL_MS + random() * POLL_JITTER_MS);
}
