import { CALL_MS, LOGIN_NEEDS_MS, SEND_WITHIN_MS, TOKEN_STORE_MS, TRUSTED_MS, VERDICT_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { unanswered } from '../enkash/token-request.ts';
import type { AppError } from '../errors.ts';
import type { GateItem, Lease, SharedToken } from './item.ts';
import type { HeldSession, LoginGateDeps, PartnerMemory } from './memory.ts';
import { blocked, emptyItem, failureOf, giveBack, settle } from './rules.ts';
import { fingerprint, sealToken } from './sealed-token.ts';
import { lifeOf } from './tokens.ts';

const SETTLE_ATTEMPTS = 3;

export async function readItem(deps: LoginGateDeps, { partner }: PartnerMemory): Promise<GateItem> {
  return (await deps.store.read(partner)) ?? emptyItem(partner);
}

/** `lost`: somebody else was faster. `failed`: the table refused, or nobody knows whether it wrote. Either way the item is to be read again. */
export type Written = { readonly kind: 'won'; readonly item: GateItem } | { readonly kind: 'lost' | 'failed' };

/** Writes the next item in place of the one that was `seen`. Never rejects. */
export async function replace(deps: LoginGateDeps, next: GateItem, seen: GateItem): Promise<Written> {
  const item = { ...next, rev: seen.rev + 1 };
  try {
    return (await deps.store.replace(item, seen.rev)) ? { kind: 'won', item } : { kind: 'lost' };
  } catch {
    return { kind: 'failed' };
  }
}

/** `again`: the item has to be looked at again; `failed`: and the table did not take a write. */
export type LeaseUse =
  | { readonly kind: 'session'; readonly session: HeldSession }
  | { readonly kind: 'again' | 'failed' };

/** Sends the one login that a lease of ours stands for, or returns the lease when that is not safe any more. */
export async function useLease(
  deps: LoginGateDeps,
  memory: PartnerMemory,
  read: GateItem,
  lease: Lease,
  deadline: number,
  chosen?: PartnerCredentials,
): Promise<LeaseUse> {
  let item = read;
  if (memory.unsettled?.fence === lease.fence) {
    await storeOutcome(deps, memory, item, deadline);
    return { kind: memory.unsettled ? 'failed' : 'again' };
  }
  const credentials = chosen ?? (await deps.credentials.version(memory.partner, lease.versionId));
  if (deps.now() - lease.since > TRUSTED_MS) {
    const again = await readItem(deps, memory).catch(() => undefined);
    if (!again || !isOurs(again, memory, lease.fence)) return { kind: again ? 'again' : 'failed' };
    item = again;
  }
  const tooLate = deps.now() - lease.since > SEND_WITHIN_MS || deadline - deps.now() < LOGIN_NEEDS_MS;
  if (!credentials || tooLate) {
    const returned = await replace(deps, giveBack(item, lease), item);
    return { kind: returned.kind === 'failed' ? 'failed' : 'again' };
  }
  memory.loggingIn = true;
  try {
    return { kind: 'session', session: await login(deps, memory, item, lease, credentials, deadline) };
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
  deadline: number,
): Promise<HeldSession> {
  const { partner } = memory;
  const sent = deps.now();
  const outcome = await deps.login(credentials).catch(() => unanswered);
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
  const storedBy =
    outcome.kind === 'accepted'
      ? Math.max(deadline - CALL_MS, Math.min(deps.now() + TOKEN_STORE_MS, deadline))
      : deadline;
  await storeOutcome(deps, memory, item, storedBy);

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

/**
 * Stores what a login came to, as long as the lease is ours. What cannot be stored now is tried again by the next request;
 * so a table that hangs is left alone as soon as one more try, as long as the last one, would end after `until`.
 */
async function storeOutcome(deps: LoginGateDeps, memory: PartnerMemory, read: GateItem, until: number): Promise<void> {
  let item: GateItem | undefined = read;
  let startedAt = deps.now();
  const inTime = (): boolean => {
    const tookMs = deps.now() - startedAt;
    startedAt += tookMs;
    return startedAt + tookMs <= until;
  };
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS && memory.unsettled; attempt += 1) {
    if (attempt > 0) {
      if (!inTime()) return;
      item = await readItem(deps, memory).catch(() => undefined);
      if (!inTime()) return;
    }
    if (!item) continue;
    const gone = !isOurs(item, memory, memory.unsettled.fence);
    if (gone || (await replace(deps, memory.unsettled.change(item), item)).kind === 'won') memory.unsettled = undefined;
  }
}

function isOurs(item: GateItem, { me }: PartnerMemory, fence: number): boolean {
  return item.lease?.owner === me && item.lease.fence === fence;
}

/** Remembers a refusal for the requests that come next, and reports a gate that is closed or out of reach. */
export function refuse(deps: LoginGateDeps, memory: PartnerMemory, error: AppError): AppError {
  memory.verdict = { error, until: deps.now() + VERDICT_MS };
  const { partner } = memory;
  if (error.reason === 'password-refused' || error.reason === 'locked-out-risk') {
    deps.report({ kind: 'closed', partner, reason: error.reason });
  } else if (error.reason === 'gate-unreachable') deps.report({ kind: 'unreachable', partner });
  return error;
}
