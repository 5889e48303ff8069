import { LOGIN_NEEDS_MS, LOGIN_SECRET_MS, LOGIN_WAIT_MS, LOOK_FOR_VERSION_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { GateItem, SharedToken } from './item.ts';
import { readItem, refuse, replace, useLease } from './lease.ts';
import type { HeldSession, LoginGateDeps, PartnerMemory } from './memory.ts';
import { blocked, chooseVersion, closedBy, needsPrevious, standingOf, takeLease } from './rules.ts';
import { openToken } from './sealed-token.ts';
import { isUsable } from './tokens.ts';

const POLL_MS = 100;
const POLL_JITTER_MS = 150;
/** A write that failed is tried again after 0.1, 0.2 and 0.4 s; at the fourth the gate is out of reach for this request. */
const WRITE_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

/**
 * A session from the shared item, or else from a login of our own.
 * @throws LoginBlockedError, CredentialsError or UpstreamError
 */
export async function acquireSession(
  deps: LoginGateDeps,
  memory: PartnerMemory,
  deadline: number,
): Promise<HeldSession> {
  const { now } = deps;
  const giveUpAt = Math.min(now() + LOGIN_WAIT_MS, deadline);
  let failedReads = 0;
  let failedWrites = 0;
  const afterFailedWrite = (): Promise<void> => {
    failedWrites += 1;
    if (failedWrites >= WRITE_ATTEMPTS) throw refuse(deps, memory, blocked('gate-unreachable'));
    return deps.sleep(FIRST_PAUSE_MS * 2 ** (failedWrites - 1));
  };

  for (let round = 0; round === 0 || now() < giveUpAt; round += 1) {
    const item = await readItem(deps, memory).catch(() => undefined);
    if (item === undefined) {
      failedReads += 1;
      if (failedReads > 1) throw refuse(deps, memory, blocked('gate-unreachable'));
      await poll(deps);
      continue;
    }
    failedReads = 0;

    const shared = await openShared(deps, memory, item.token);
    if (shared) return shared;

    const standing = standingOf(item, memory.me, now());
    if (standing.kind === 'closed') throw refuse(deps, memory, standing.error);
    if (standing.kind === 'wait') {
      if (!standing.poll && standing.until > giveUpAt) throw refuse(deps, memory, standing.refusal());
      await (standing.poll ? poll(deps) : deps.sleep(standing.until - now() + deps.random() * POLL_MS));
      continue;
    }
    if (standing.kind === 'mine') {
      const use = await useLease(deps, memory, item, standing.lease, deadline);
      if (use.kind === 'session') return use.session;
      if (use.kind === 'failed') await afterFailedWrite();
      continue;
    }

    const choice = await chooseCredentials(deps, memory, item);
    if (!choice) throw refuse(deps, memory, closedBy(item));
    if (deadline - now() < LOGIN_NEEDS_MS) throw blocked('no-time-left');
    const written = await replace(deps, takeLease(item, memory.me, choice.versionId, now()), item);
    if (written.kind === 'failed') await afterFailedWrite();
    else if (written.kind === 'won' && written.item.lease) {
      const use = await useLease(deps, memory, written.item, written.item.lease, deadline, choice.credentials);
      if (use.kind === 'session') return use.session;
      if (use.kind === 'failed') await afterFailedWrite();
    }
  }
  throw blocked('login-in-progress');
}

/** The fleet's token, when it is alive and its secret version can be had. Remembered by this process. */
export async function openShared(
  deps: LoginGateDeps,
  memory: PartnerMemory,
  shared: SharedToken | undefined,
): Promise<HeldSession | undefined> {
  const now = deps.now();
  if (!shared || !isUsable(shared, now)) return undefined;
  if (memory.unreadable?.sealed === shared.sealed && now < memory.unreadable.until) return undefined;
  const credentials = await deps.credentials.version(memory.partner, shared.versionId);
  const token = credentials && openToken(shared.sealed, memory.partner, credentials);
  if (credentials === undefined || token === undefined) {
    memory.unreadable = { sealed: shared.sealed, until: now + LOOK_FOR_VERSION_MS };
    return undefined;
  }
  memory.held = { token, credentials, issuedAt: shared.issuedAt, expiresAt: shared.usableUntil };
  return memory.held;
}

function poll(deps: LoginGateDeps): Promise<void> {
  return deps.sleep(POLL_MS + deps.random() * POLL_JITTER_MS);
}

/** Chooses by versions at most 30 s old, and again by newer ones when that would send a login. */
async function chooseCredentials(deps: LoginGateDeps, memory: PartnerMemory, item: GateItem) {
  const choose = async (maxAgeMs: number) => {
    const current = await deps.credentials.fresh(memory.partner, maxAgeMs);
    const maybe = needsPrevious(item, current, deps.now());
    const previous = maybe ? await previousOf(deps, memory, current) : undefined;
    const choice = chooseVersion(item, current, previous?.versionId, deps.now());
    if (!choice) return undefined;
    return { ...choice, credentials: previous?.versionId === choice.versionId ? previous : current };
  };
  return (await choose(LOOK_FOR_VERSION_MS)) && choose(LOGIN_SECRET_MS);
}

async function previousOf(deps: LoginGateDeps, memory: PartnerMemory, current: PartnerCredentials) {
  const known = memory.previous;
  if (known?.of === current.versionId && deps.now() - known.at < LOOK_FOR_VERSION_MS) return known.found;
  const found = await deps.credentials.previous(memory.partner);
  memory.previous = { of: current.versionId, at: deps.now(), found };
  return found;
}
