import {
  CALL_MS,
  COUNT_WITHIN_MS,
  LOGIN_NEEDS_MS,
  LOGIN_SECRET_MS,
  SEND_WITHIN_MS,
  TOKEN_STORE_MS,
  TRUSTED_MS,
} from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { loginIdOf, shortId, type Version, versionOf } from './content.ts';
import { countOf, type GateItem, type Lease, type TokenFacts, type TokenRow } from './item.ts';
import type { HeldSession, LoginGateDeps, LoginMemory, Unsettled } from './memory.ts';
import { type LoginOutcome, unanswered } from './outcome.ts';
import { fingerprint, lifeOf, sealToken } from './token.ts';
import { claim, count, settle, uncount } from './transitions.ts';

const TAKE_BACK_ATTEMPTS = 2;
const STORE_ATTEMPTS = 5;
/** Revisions grow by a step at random, so that a process knows its own write by the revision alone, without reading it. */
const REVISION_STEPS = 2 ** 26;

/**
 * `lost`: somebody else was faster, or a repeated attempt met our own write. `failed`: the table refused, or nobody knows
 * whether it wrote. `item` is what is there if it did.
 */
export type Written = { readonly kind: 'won' | 'lost' | 'failed'; readonly item: GateItem };

/** Writes the next item in place of the one that was `seen`. Never rejects. */
export async function replace({ store, random }: LoginGateDeps, next: GateItem, seen: GateItem): Promise<Written> {
  const item = { ...next, rev: seen.rev + 2 + Math.floor(random() * REVISION_STEPS) };
  try {
    return { kind: (await store.replace(item, seen.rev)) ? 'won' : 'lost', item };
  } catch {
    return { kind: 'failed', item };
  }
}

/** What became of an attempt to log in. */
export type LoginUse =
  /** `settled` is the item as the outcome leaves it, whether or not it could be stored. */
  | { readonly kind: 'ended'; readonly outcome: LoginOutcome; readonly settled: GateItem }
  /** The item is to be looked at again. `claim-failed`, `failed`: the table did not take a write; the latter may be counted. */
  | { readonly kind: 'again' | 'claim-failed' | 'failed' };

export type Logins = ReturnType<typeof createLogins>;

/** The logins of one partner's login identity: the only place that sends them, each counted before it is sent. */
export function createLogins(deps: LoginGateDeps, partner: string, loginId: string, memory: LoginMemory) {
  const { store, now } = deps;
  const isMine = (item: GateItem, fence: number): boolean =>
    item.lease?.owner === memory.me && item.lease.fence === fence;
  const readItem = () => store.read(loginId).catch(() => undefined);

  /** Whether a lease is ours and not used up: to be sent under, to be taken back, or its outcome to be stored. */
  function isToUse({ owner, fence, since }: Lease): boolean {
    const isUsed = memory.sent?.fence === fence && memory.sent.since === since && memory.unsettled?.fence !== fence;
    return owner === memory.me && !isUsed;
  }

  /** Claims, counts and sends one login with the version. `item` is as it was just read. */
  async function attempt(item: GateItem, credentials: PartnerCredentials, deadline: number): Promise<LoginUse> {
    const version = versionOf(credentials);
    let claimed = item;
    if (item.claim?.owner !== memory.me || now() - item.claim.at > COUNT_WITHIN_MS) {
      const written = await replace(deps, claim(item, memory.me, now()), item);
      if (written.kind !== 'won') return { kind: written.kind === 'lost' ? 'again' : 'claim-failed' };
      claimed = written.item;
    }
    if (now() - (claimed.claim?.at ?? 0) > COUNT_WITHIN_MS) return { kind: 'again' };
    const counted = await replace(deps, count(claimed, memory.me, partner, version, now()), claimed);
    const { item: written } = counted;
    if (!written.lease) return { kind: 'again' };
    if (counted.kind === 'won') return use(written, written.lease, deadline, credentials);
    const found = counted.kind === 'lost' ? await readItem() : undefined;
    if (!found) return takeBack(written, written.lease);
    return isMine(found, written.lease.fence) ? use(found, written.lease, deadline, credentials) : { kind: 'again' };
  }

  /**
   * Takes a count back that nothing was sent for. The write that made it may not have arrived, and need not be read: its
   * revision is nobody else's.
   */
  async function takeBack(item: GateItem, lease: Lease): Promise<LoginUse> {
    for (let attempt = 1; ; attempt += 1) {
      const { kind } = await replace(deps, uncount(item, lease), item);
      if (kind !== 'failed') return { kind: 'again' };
      if (attempt === TAKE_BACK_ATTEMPTS) return { kind: 'failed' };
    }
  }

  /** Sends the one login that a lease of ours stands for, or takes its count back when that is not safe any more. */
  async function use(read: GateItem, lease: Lease, deadline: number, chosen?: PartnerCredentials): Promise<LoginUse> {
    let item = read;
    if (memory.unsettled?.fence === lease.fence) {
      await storeOutcome(item, deadline);
      return { kind: memory.unsettled ? 'failed' : 'again' };
    }
    const credentials = chosen ?? (await versionFor(lease));
    if (now() - lease.since > TRUSTED_MS) {
      const again = await readItem();
      if (!again) return takeBack(item, lease);
      if (!isMine(again, lease.fence)) return { kind: 'again' };
      item = again;
    }
    const isLate = now() - lease.since > SEND_WITHIN_MS || deadline - now() < LOGIN_NEEDS_MS;
    if (!credentials || isLate) return takeBack(item, lease);
    memory.loggingIn = true;
    try {
      return await send(item, lease, credentials, deadline);
    } finally {
      memory.loggingIn = false;
    }
  }

  /** The version that the lease names. A permission is for AWSCURRENT alone, read just now. */
  async function versionFor({ versionId, content, permission }: Lease): Promise<PartnerCredentials | undefined> {
    const found = permission
      ? await deps.credentials.fresh(partner, LOGIN_SECRET_MS).catch(() => undefined)
      : await deps.credentials.version(partner, versionId).catch(() => undefined);
    const isNamed = found?.versionId === versionId && loginIdOf(deps.tokenUrl, found) === loginId;
    return isNamed && versionOf(found).content === content ? found : undefined;
  }

  async function send(
    item: GateItem,
    lease: Lease,
    credentials: PartnerCredentials,
    deadline: number,
  ): Promise<LoginUse> {
    const sent = now();
    memory.sent = lease;
    const outcome = await deps.login(credentials, lease.since + SEND_WITHIN_MS).catch(() => unanswered);
    const at = { sent, replied: now() };

    let token: TokenFacts | undefined;
    let sealed = '';
    if (outcome.kind === 'accepted') {
      sealed = sealToken(outcome.token, loginId, credentials);
      token = tokenOf(outcome, at, versionOf(credentials), item);
    }
    const after = deps.control ? 'control' : 'fixed';
    const change = (seen: GateItem): GateItem => settle(seen, lease, outcome, at, token, after);
    const settled = change(item);
    if (outcome.kind === 'accepted' && settled.token && !settled.token.dead) {
      const { id, endsAt } = settled.token;
      memory.held = { token: outcome.token, id, credentials, expiresAt: endsAt, accepted: undefined };
    }
    const { fence } = lease;
    const tokenRow = token && { loginId, fence, id: token.id, sealed };
    memory.unsettled = { fence, change, tokenRow, isItemStored: false, triedAt: now() };
    const storedBy = Math.max(deadline - CALL_MS, Math.min(now() + TOKEN_STORE_MS, deadline));
    await storeOutcome(item, outcome.kind === 'accepted' ? storedBy : deadline);

    const { kind, evidence } = outcome;
    const { versionId } = credentials;
    const failures = countOf(settled);
    deps.report({ kind: 'login', partner, login: shortId(loginId), versionId, outcome: kind, evidence, failures });
    return { kind: 'ended', outcome, settled };
  }

  function tokenOf(
    { token, statedLifeMs }: Extract<LoginOutcome, { kind: 'accepted' }>,
    at: { readonly sent: number; readonly replied: number },
    { content, versionId }: Version,
    { token: before }: GateItem,
  ): TokenFacts {
    const life = lifeOf(statedLifeMs, at, before?.statedZero ?? false);
    return { id: fingerprint(token), content, partner, versionId, issuedAt: at.sent, dead: false, ...life };
  }

  /**
   * Stores what a login came to, as long as the lease is ours. A table that hangs is left alone as soon as one more try, as
   * long as the last one, would end after `until`; the next request tries again.
   */
  async function storeOutcome(read: GateItem, until: number): Promise<void> {
    let item = read;
    let startedAt = now();
    const inTime = (): boolean => {
      const tookMs = now() - startedAt;
      startedAt += tookMs;
      return startedAt + tookMs <= until;
    };
    for (let attempt = 0; attempt < STORE_ATTEMPTS && memory.unsettled; attempt += 1) {
      if (attempt > 0 && !inTime()) return;
      if (attempt > 0 && !memory.unsettled.isItemStored) {
        item = (await readItem()) ?? item;
        if (!inTime()) return;
      }
      await storeOnce(item);
    }
  }

  /**
   * Item and token's row at once: where replies get lost, the count must not depend on both. A row that is behind its item
   * keeps others waiting a moment; one that never comes makes the token count as dead.
   */
  async function storeOnce(item: GateItem): Promise<void> {
    const { unsettled } = memory;
    if (!unsettled) return;
    unsettled.triedAt = now();
    const { tokenRow, fence } = unsettled;
    if (!isMine(item, fence)) {
      unsettled.isItemStored = true;
      if (item.token?.id !== tokenRow?.id) unsettled.tokenRow = undefined;
    }
    await Promise.all([
      unsettled.isItemStored ? undefined : storeItem(unsettled, item),
      unsettled.tokenRow && storeToken(unsettled, unsettled.tokenRow),
    ]);
    if (unsettled.isItemStored && !unsettled.tokenRow && memory.unsettled === unsettled) memory.unsettled = undefined;
  }

  async function storeItem(unsettled: Unsettled, item: GateItem): Promise<void> {
    const { kind } = await replace(deps, unsettled.change(item), item);
    if (kind === 'won') unsettled.isItemStored = true;
  }

  async function storeToken(unsettled: Unsettled, row: TokenRow): Promise<void> {
    const pointed = store.writePointer({ partner, loginId, at: now() }).catch(() => undefined);
    const written = await store.writeToken(row).catch(() => undefined);
    await pointed;
    if (written !== undefined) unsettled.tokenRow = undefined;
  }

  /** One more try to store an outcome, for the request that is about to be served from memory. */
  async function settleAgain(): Promise<void> {
    const item = await readItem();
    if (item) await storeOnce(item);
    else if (memory.unsettled) memory.unsettled.triedAt = now();
  }

  return { attempt, use, isToUse, settleAgain };
}

/** A session that may be handed out. */
export function isAlive(held: HeldSession | undefined, now: number): held is HeldSession {
  return held !== undefined && now < held.expiresAt;
}
