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
import { loginIdOf, shortId, versionOf } from './content.ts';
import { countOf, type GateItem, type Lease, type TokenFacts } from './item.ts';
import type { LoginGateDeps, LoginMemory } from './memory.ts';
import { type LoginOutcome, unanswered } from './outcome.ts';
import { createOutcomeStore, isLeaseOf } from './outcome-store.ts';
import { replace } from './replace.ts';
import { fingerprint, lifeOf, sealToken } from './token.ts';
import { claim, count, settle, uncount } from './transitions.ts';

const TAKE_BACK_ATTEMPTS = 2;

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
  const outcomes = createOutcomeStore(deps, partner, loginId, memory);
  const send = createSend(deps, partner, loginId, memory, outcomes.store);
  const readItem = () => store.read(loginId).catch(() => undefined);

  /** Whether a lease is ours and not used up: to be sent under, to be taken back, or its outcome to be stored. */
  function isToUse({ owner, fence, since }: Lease): boolean {
    const isSent = memory.sent !== undefined && nameOf(memory.sent) === nameOf({ fence, since });
    const isUsed = isSent && memory.unsettled?.fence !== fence;
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
    if (!found) return takeBack(deps, memory, written, written.lease);
    const { lease } = found;
    if (!lease || !isLeaseOf(memory.me, found, written.lease.fence)) return { kind: 'again' };
    // It may be of an earlier count of ours that arrived late, under the same number.
    return use(found, lease, deadline, nameOf(lease) === nameOf(written.lease) ? credentials : undefined);
  }

  /** Sends the one login that a lease of ours stands for, or takes its count back when that is not safe any more. */
  async function use(read: GateItem, lease: Lease, deadline: number, chosen?: PartnerCredentials): Promise<LoginUse> {
    let item = read;
    if (memory.unsettled?.fence === lease.fence) {
      await outcomes.store(item, deadline);
      return { kind: memory.unsettled ? 'failed' : 'again' };
    }
    if (memory.takenBack.has(nameOf(lease))) return takeBack(deps, memory, item, lease);
    const credentials = chosen ?? (await versionFor(deps, partner, loginId, lease));
    if (now() - lease.since > TRUSTED_MS) {
      const again = await readItem();
      if (!again) return takeBack(deps, memory, item, lease);
      if (!isLeaseOf(memory.me, again, lease.fence)) return { kind: 'again' };
      item = again;
    }
    const isLate = now() - lease.since > SEND_WITHIN_MS || deadline - now() < LOGIN_NEEDS_MS;
    if (!credentials || isLate) return takeBack(deps, memory, item, lease);
    memory.loggingIn = true;
    try {
      return await send(item, lease, credentials, deadline);
    } finally {
      memory.loggingIn = false;
    }
  }

  return { attempt, use, isToUse, settleAgain: outcomes.storeAgain };
}

/** A number may be used again: in a table that was lost, or by a count that came late. */
const nameOf = ({ fence, since }: Pick<Lease, 'fence' | 'since'>): string => `${fence} ${since}`;

/** Sends a login under a counted lease, and stores what came of it. */
function createSend(
  deps: LoginGateDeps,
  partner: string,
  loginId: string,
  memory: LoginMemory,
  storeOutcome: (item: GateItem, until: number) => Promise<void>,
) {
  const { now } = deps;
  return async (item: GateItem, lease: Lease, credentials: PartnerCredentials, deadline: number): Promise<LoginUse> => {
    const sent = now();
    memory.sent = lease;
    // The counts before this one can arrive no more: each names a revision that is gone.
    memory.takenBack.clear();
    const outcome = await deps.login(credentials, lease.since + SEND_WITHIN_MS).catch(() => unanswered);
    const at = { sent, replied: now() };

    let token: TokenFacts | undefined;
    let sealed = '';
    if (outcome.kind === 'accepted') {
      sealed = sealToken(outcome.token, loginId, credentials);
      token = tokenOf(outcome, at, partner, credentials, item);
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
  };
}

/**
 * Takes a count back that nothing was sent for. The write that made the count may not have arrived. It need not be
 * read: nobody else has its revision. Nor may this write arrive before it is answered: a login that was sent meanwhile
 * would lose its count, so the lease is never sent under again.
 */
async function takeBack(deps: LoginGateDeps, memory: LoginMemory, item: GateItem, lease: Lease): Promise<LoginUse> {
  memory.takenBack.add(nameOf(lease));
  for (let attempt = 1; ; attempt += 1) {
    const { kind } = await replace(deps, uncount(item, lease), item);
    if (kind !== 'failed') return { kind: 'again' };
    if (attempt === TAKE_BACK_ATTEMPTS) return { kind: 'failed' };
  }
}

/** The version that the lease names. A permission is for AWSCURRENT alone, read just now. */
async function versionFor(
  deps: LoginGateDeps,
  partner: string,
  loginId: string,
  { versionId, content, permission }: Lease,
): Promise<PartnerCredentials | undefined> {
  const found = permission
    ? await deps.credentials.fresh(partner, LOGIN_SECRET_MS).catch(() => undefined)
    : await deps.credentials.version(partner, versionId).catch(() => undefined);
  const isNamed = found?.versionId === versionId && loginIdOf(deps.tokenUrl, found) === loginId;
  return isNamed && versionOf(found).content === content ? found : undefined;
}

function tokenOf(
  { token, statedLifeMs }: Extract<LoginOutcome, { kind: 'accepted' }>,
  at: { readonly sent: number; readonly replied: number },
  partner: string,
  credentials: PartnerCredentials,
  { token: before }: GateItem,
): TokenFacts {
  const { content, versionId } = versionOf(credentials);
  // A token that was taken to be in its last second, and then refused, had been in it indeed.
  const wasMeant = before?.dead === true && before.mayEndAt === before.issuedAt;
  const life = lifeOf(statedLifeMs, at, before?.statedZero === true && !wasMeant);
  return { id: fingerprint(token), content, partner, versionId, issuedAt: at.sent, dead: false, ...life };
}
