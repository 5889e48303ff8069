import type { PartnerCredentials } from './credentials.ts';
import type { AppError } from './errors.ts';
import type { GateItem, Lease, SharedToken } from './login-gate-item.ts';
import type { HeldSession, LoginGateDeps, PartnerMemory } from './login-gate-partner.ts';
import {
  blocked,
  chooseVersion,
  closedBy,
  emptyItem,
  failureOf,
  giveBack,
  isUsable,
  lifeOf,
  needsPrevious,
  SEND_WITHIN_MS,
  settle,
  standingOf,
  takeLease,
} from './login-gate-rules.ts';
import { fingerprint, openToken, sealToken } from './sealed-token.ts';

/** How long a request waits for somebody else's login. */
const WAIT_MS = 4_500;
const POLL_MS = 100;
const POLL_JITTER_MS = 150;
/** A login starts only with this much of the answer left. */
const LOGIN_NEEDS_MS = 5_000;
/** A lease read or written longer ago than this is read again before it is used: the process may have been frozen. */
const TRUSTED_MS = 1_000;
/** A closed gate looks for a new secret version this often; a login uses one read this recently. */
const LOOK_FOR_VERSION_MS = 30_000;
const LOGIN_VERSION_MS = 5_000;
const SETTLE_ATTEMPTS = 3;
/** How long a verdict is remembered without asking the table. */
const VERDICT_MS = 1_000;

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
  const giveUpAt = Math.min(now() + WAIT_MS, deadline);
  let failedReads = 0;

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
      const session = await useLease(deps, memory, item, standing.lease, deadline);
      if (session) return session;
      continue;
    }

    const choice = await chooseCredentials(deps, memory, item);
    if (!choice) throw refuse(deps, memory, closedBy(item));
    if (deadline - now() < LOGIN_NEEDS_MS) throw blocked('no-time-left');
    const leased = await replace(deps, takeLease(item, memory.me, choice, now()), item);
    if (leased?.lease) {
      const session = await useLease(deps, memory, leased, leased.lease, deadline, choice.credentials);
      if (session) return session;
    }
  }
  throw blocked('login-in-progress');
}

export async function readItem(deps: LoginGateDeps, { partner }: PartnerMemory): Promise<GateItem> {
  return (await deps.store.read(partner)) ?? emptyItem(partner);
}

/** @returns the item as written; undefined when somebody else was faster, or when nobody knows: read again. */
export async function replace(deps: LoginGateDeps, next: GateItem, seen: GateItem): Promise<GateItem | undefined> {
  const item = { ...next, rev: seen.rev + 1 };
  const written = await deps.store.replace(item, seen.rev).catch(() => false);
  return written ? item : undefined;
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

function refuse(deps: LoginGateDeps, memory: PartnerMemory, error: AppError): AppError {
  memory.verdict = { error, until: deps.now() + VERDICT_MS };
  if (error.reason === 'password-refused' || error.reason === 'locked-out-risk') {
    deps.report({ kind: 'closed', partner: memory.partner, reason: error.reason });
  }
  return error;
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
  return (await choose(LOOK_FOR_VERSION_MS)) && choose(LOGIN_VERSION_MS);
}

async function previousOf(deps: LoginGateDeps, memory: PartnerMemory, current: PartnerCredentials) {
  const known = memory.previous;
  if (known?.of === current.versionId && deps.now() - known.at < LOOK_FOR_VERSION_MS) return known.found;
  const found = await deps.credentials.previous(memory.partner);
  memory.previous = { of: current.versionId, at: deps.now(), found };
  return found;
}

/**
 * Sends the one login that a lease of ours stands for, or returns the lease when that is not safe any more.
 * @returns undefined when the item has to be looked at again.
 */
export async function useLease(
  deps: LoginGateDeps,
  memory: PartnerMemory,
  read: GateItem,
  lease: Lease,
  deadline: number,
  chosen?: PartnerCredentials,
): Promise<HeldSession | undefined> {
  let item = read;
  if (memory.unsettled?.fence === lease.fence) {
    await storeOutcome(deps, memory, item);
    return undefined;
  }
  const credentials = chosen ?? (await deps.credentials.version(memory.partner, lease.versionId));
  if (deps.now() - lease.since > TRUSTED_MS) {
    const again = await readItem(deps, memory).catch(() => undefined);
    if (!again || !isOurs(again, memory, lease.fence)) return undefined;
    item = again;
  }
  const tooLate = deps.now() - lease.since > SEND_WITHIN_MS || deadline - deps.now() < LOGIN_NEEDS_MS;
  if (!credentials || tooLate) {
    await replace(deps, giveBack(item, lease), item);
    return undefined;
  }
  memory.loggingIn = true;
  try {
    return await login(deps, memory, item, lease, credentials);
  } finally {
    memory.loggingIn = false;
  }
}

async function login(
  deps: LoginGateDeps,
  memory: PartnerMemory,
  item: GateItem,
  lease: Lease,
  credentials: PartnerCredentials,
): Promise<HeldSession> {
  const { partner } = memory;
  const sent = deps.now();
  const outcome = await deps.login(credentials).catch(() => ({ kind: 'unknown' }) as const);
  const at = { sent, replied: deps.now() };

  let token: SharedToken | undefined;
  if (outcome.kind === 'accepted') {
    const life = lifeOf(outcome.statedLifeMs, at);
    const sealed = sealToken(outcome.token, partner, credentials);
    const id = fingerprint(outcome.token);
    token = { id, versionId: credentials.versionId, sealed, issuedAt: sent, dead: false, ...life };
    memory.held = { token: outcome.token, credentials, issuedAt: sent, expiresAt: life.usableUntil };
    memory.acceptedToken = undefined;
  }
  memory.unsettled = { fence: lease.fence, change: (seen) => settle(seen, lease, outcome, at, token) };
  await storeOutcome(deps, memory, item);

  const settled = settle(item, lease, outcome, at, token);
  const { versionId } = credentials;
  deps.report({ kind: 'login', partner, versionId, outcome: outcome.kind, failures: settled.failures });
  if (outcome.kind === 'accepted') {
    // Frozen meanwhile, or the same token again in its last second.
    if (!memory.held || deps.now() >= memory.held.expiresAt) throw blocked('token-ending');
    return memory.held;
  }
  throw refuse(deps, memory, failureOf(outcome, settled, deps.now()));
}

/** Stores what a login came to, as long as the lease is ours. What cannot be stored now is tried again by the next request. */
async function storeOutcome(deps: LoginGateDeps, memory: PartnerMemory, read: GateItem): Promise<void> {
  let item: GateItem | undefined = read;
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS && memory.unsettled; attempt += 1) {
    if (item && !isOurs(item, memory, memory.unsettled.fence)) memory.unsettled = undefined;
    else if (item && (await replace(deps, memory.unsettled.change(item), item))) memory.unsettled = undefined;
    else item = await readItem(deps, memory).catch(() => undefined);
  }
}

function isOurs(item: GateItem, { me }: PartnerMemory, fence: number): boolean {
  return item.lease?.owner === me && item.lease.fence === fence;
}
