import { LOGIN_NEEDS_MS, LOGIN_SECRET_MS, LOGIN_WAIT_MS, LOOK_FOR_VERSION_MS, VERDICT_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { Session } from '../enkash/session.ts';
import { type AppError, LoginBlockedError } from '../errors.ts';
import { createAcceptance } from './acceptance.ts';
import { askEnkash } from './control.ts';
import type { GateItem } from './item.ts';
import { createLogins, isAlive, type LoginUse, replace } from './login.ts';
import { type LoginGateDeps, newMemory } from './memory.ts';
import { blocked, closedFor, isClosedFor, refusalFor, waitRefusal } from './refusals.ts';
import { createSharedTokens } from './shared-token.ts';
import { type Verdict, verdictOf } from './standing.ts';
import { markDead } from './transitions.ts';
import { createVersions } from './versions.ts';

const POLL_MS = 100;
const POLL_JITTER_MS = 150;
/** What failed at the table is tried again after 0.1, 0.2 and 0.4 s; at the fourth the gate is out of reach for this request. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;
/** An outcome that the table did not take is tried again this often, this long at most, before a token from memory is served. */
const SETTLE_MS = 1_000;

export type IdentityGate = ReturnType<typeof createIdentityGate>;

/** One partner's way to one EnKash login: memory first, then the shared item, then a login of its own. */
export function createIdentityGate(deps: LoginGateDeps, partner: string, loginId: string, me: string) {
  const { store, now } = deps;
  const memory = newMemory(`${me}/${partner}`);
  const versions = createVersions(deps, partner, loginId);
  const logins = createLogins(deps, partner, loginId, memory);
  const tokens = createSharedTokens(deps, loginId, versions, memory);
  const acceptance = createAcceptance(deps, partner, loginId, memory, tokens);
  let pending: { readonly session: Promise<Session>; readonly deadline: number } | undefined;
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
      const joined = await join(pending, deadline);
      if (joined) return joined;
    }
  }

  /** The token in memory; while its login is being stored, nobody has it yet. */
  function heldNow(): Session | undefined {
    return !memory.loggingIn && isAlive(memory.held, now()) ? memory.held : undefined;
  }

  /** What could not be stored is tried again, or the rest of the fleet waits for the end of a lease. */
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

  /** @returns undefined when whoever started it ran out of time and we did not. */
  async function join(joined: NonNullable<typeof pending>, deadline: number): Promise<Session | undefined> {
    const outcome = joined.session.catch((error: unknown) => {
      const outOfTime = error instanceof LoginBlockedError && error.reason === 'no-time-left';
      if (outOfTime && deadline > joined.deadline) return undefined;
      throw error;
    });
    if (deadline >= joined.deadline) return outcome;
    const late = Symbol('late');
    const first = await Promise.race([outcome, deps.sleep(deadline - now()).then(() => late)]);
    if (typeof first !== 'symbol') return first;
    if (memory.loggingIn) return outcome;
    outcome.catch(() => undefined);
    throw blocked('login-in-progress');
  }

  /** A session from the shared item, or else from a login of our own. */
  async function acquire(deadline: number): Promise<Session> {
    const giveUpAt = Math.min(now() + LOGIN_WAIT_MS, deadline);
    let failedReads = 0;
    let failedWrites = 0;
    /** A count may have been written: the item is read until the deadline, so that it is used or taken back. */
    let mayBeCounted = false;
    let unanswered: AppError | undefined;
    const afterFailedWrite = (): Promise<void> => {
      failedWrites += 1;
      if (failedWrites >= ATTEMPTS) throw refuse(blocked('gate-unreachable'));
      return deps.sleep(pauseMs(failedWrites));
    };

    for (let round = 0; round === 0 || now() < (mayBeCounted ? deadline : giveUpAt); round += 1) {
      const read = await readItem();
      if (!read) {
        failedReads += 1;
        if (failedReads >= ATTEMPTS && !mayBeCounted) throw refuse(blocked('gate-unreachable'));
        await deps.sleep(pauseMs(failedReads));
        continue;
      }
      failedReads = 0;
      const { item } = read;
      const shared = await tokens.open(item);
      if (shared === 'not-yet') {
        await poll();
        continue;
      }
      if (shared === 'lost' && item?.token) {
        await replace(deps, markDead(item, item.token.id), item);
        continue;
      }
      if (shared && shared !== 'lost') return shared;

      const isMine = item?.lease !== undefined && logins.isToUse(item.lease);
      const next = isMine ? undefined : await decide(item);
      if (next && next.kind !== 'login') {
        mayBeCounted = false;
        await carryOut(next, item, giveUpAt);
        continue;
      }
      if (next && deadline - now() < LOGIN_NEEDS_MS) throw blocked('no-time-left');
      const use =
        next && item
          ? await logins.attempt(item, next.credentials, deadline)
          : item?.lease && (await logins.use(item, item.lease, deadline));
      if (use?.kind === 'ended') {
        const ended = sessionOf(use);
        if ('session' in ended) return ended.session;
        unanswered = ended.refusal;
      }
      mayBeCounted = use?.kind === 'failed';
      if (use?.kind === 'failed' || use?.kind === 'claim-failed') await afterFailedWrite();
      else if (isMine && use?.kind === 'again') await poll();
    }
    throw mayBeCounted || failedReads > 0
      ? refuse(blocked('gate-unreachable'))
      : (unanswered ?? blocked('login-in-progress'));
  }

  type Decision =
    | Exclude<Verdict, { kind: 'login' }>
    | { readonly kind: 'login'; readonly credentials: PartnerCredentials };

  /** The verdict by versions read at most 30 s ago, and again by newer ones when that would send a login. */
  async function decide(stored: GateItem | undefined): Promise<Decision> {
    // A claim of our own keeps nobody off but others.
    const item = stored?.claim?.owner === memory.me ? { ...stored, claim: undefined } : stored;
    const isBusy = verdictOf(item, { current: undefined, previous: undefined }, now());
    if (isBusy.kind === 'wait') return isBusy;
    if (!item?.opened) return { kind: 'closed', reason: 'never-opened' };
    const early = verdictOf(item, (await versions.read(item, LOOK_FOR_VERSION_MS)).contents, now());
    if (early.kind !== 'login') return early;
    const { contents, credentialsOf } = await versions.read(item, LOGIN_SECRET_MS);
    const verdict = verdictOf(item, contents, now());
    if (verdict.kind !== 'login') return verdict;
    return { kind: 'login', credentials: credentialsOf(verdict.version) };
  }

  /** Waits, asks EnKash, or refuses the request. */
  async function carryOut(verdict: Exclude<Verdict, { kind: 'login' }>, item: GateItem | undefined, giveUpAt: number) {
    if (verdict.kind === 'closed') throw refuse(closedFor(verdict.reason));
    if (verdict.kind === 'ask') {
      if (item && (await askEnkash(deps, partner, item)) === 'lost') await poll();
      return;
    }
    const { wait } = verdict;
    if (wait.why === 'login-under-way' || wait.why === 'claimed') {
      await poll();
      return;
    }
    if (wait.until > giveUpAt) throw refuse(refusalFor(verdict, now()));
    await deps.sleep(wait.until - now() + deps.random() * POLL_MS);
  }

  /**
   * What a login of ours gives the caller.
   * @returns a refusal where more can be done at once: EnKash can be asked, or the login brought the text that a 401 just ended
   */
  function sessionOf({
    outcome,
    settled,
  }: Extract<LoginUse, { kind: 'ended' }>): { readonly session: Session } | { readonly refusal: AppError } {
    if (outcome.kind === 'accepted') {
      if (settled.token?.dead) return { refusal: blocked('token-ending') };
      // Frozen meanwhile, or a token in its last second.
      if (!isAlive(memory.held, now())) throw blocked('token-ending');
      return { session: memory.held };
    }
    const verdict = verdictOf(settled, versions.known(), now());
    if (verdict.kind === 'closed') throw refuse(closedFor(verdict.reason));
    if (verdict.kind === 'wait') throw refuse(refusalFor(verdict, now()));
    return { refusal: waitRefusal('control', Math.max(1, Math.ceil(((settled.waitUntil ?? 0) - now()) / 1000))) };
  }

  /** Remembers a refusal for the requests that come next, and reports a gate that is closed or out of reach. */
  function refuse(error: AppError): AppError {
    refusal = { error, until: now() + VERDICT_MS };
    if (error.reason === 'gate-unreachable') deps.report({ kind: 'unreachable', partner });
    else if (isClosedFor(error)) deps.report({ kind: 'closed', partner, reason: error.reason ?? '' });
    return error;
  }

  const readItem = () =>
    store.read(loginId).then(
      (item) => ({ item }),
      () => undefined,
    );

  /** Half as long again at random, so that a fleet does not come back as one. */
  function pauseMs(failures: number): number {
    return FIRST_PAUSE_MS * 2 ** (failures - 1) * (1 + deps.random() / 2);
  }

  function poll(): Promise<void> {
    return deps.sleep(POLL_MS + deps.random() * POLL_JITTER_MS);
  }

  return {
    get,
    /** The token in memory, once what it came with is stored or was tried. */
    async held(): Promise<Session | undefined> {
      await settleFirst();
      return heldNow();
    },
    accepted: acceptance.accepted,
    renew: acceptance.renew,
    async preload(): Promise<void> {
      await tokens.open(await store.read(loginId));
    },
  };
}
