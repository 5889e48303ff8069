import { LOGIN_SPACING_MS, TOKEN_AGAIN_MS, TOKEN_DOUBT_MS, TOKEN_FRESH_MS, YOUNG_VERSION_MS } from '../budgets.ts';
import type { Version } from './content.ts';
import { countOf, type GateItem, MAX_FAILURES, type TokenFacts, UNKNOWN_PAIR } from './item.ts';
import { abandon } from './transitions.ts';

/** The secret's versions that belong to an item's login. */
export type Contents = {
  /** AWSCURRENT; undefined where it cannot be used or belongs to another login. */
  readonly current: Version | undefined;
  readonly previous: Version | undefined;
};

export type WaitReason =
  /** Somebody has counted a login, or is about to. */
  | 'login-under-way'
  | 'claimed'
  /** Until it ends, EnKash may give the same token again. */
  | 'token-alive'
  /** The token host was not reached, or an edge turned the login away. */
  | 'backing-off'
  /** One login in 10 s. */
  | 'spacing'
  /** The last login may have failed. */
  | 'after-possible'
  /** EnKash's application is asked again then. */
  | 'control'
  /** EnKash may not know a new version yet. */
  | 'young-version';
type Wait = { readonly why: WaitReason; readonly until: number };

export type ClosedReason =
  /** Nobody here knows how near the lock is: the operator opens it. */
  | 'never-opened'
  /** EnKash refused this content: another version, or the operator, opens it. */
  | 'password-refused'
  /** Two logins may have failed, a third could lock the user: only the operator opens it. */
  | 'locked-out-risk'
  /** No version that may be sent belongs to this login. */
  | 'no-secret';

/** What the gate does next: one word for gate, status, doctor and simulation. */
export type Verdict =
  | { readonly kind: 'closed'; readonly reason: ClosedReason }
  /** `wait` is the one of `waits` that ends last. */
  | { readonly kind: 'wait'; readonly wait: Wait; readonly waits: readonly Wait[] }
  /** EnKash's application is asked without a password first. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'login'; readonly version: Version; readonly permitted: boolean };

/** Judges an item by itself and the secret's versions. Every wait is there with its end. */
export function verdictOf(stored: GateItem | undefined, contents: Contents, now: number): Verdict {
  if (!stored?.opened) return { kind: 'closed', reason: 'never-opened' };
  const item = abandon(stored, now);
  const busy = waitsFor(item, now);
  if (busy.length > 0) return waitOf(busy);
  const choice = chooseVersion(item, contents, now);
  if (choice.kind === 'closed') return choice;
  const waits = waitsBefore(item, choice, now);
  if (waits.length > 0) return waitOf(waits);
  if (item.control && choice.kind !== 'permitted') return { kind: 'ask' };
  if (choice.kind === 'young') return waitOf([{ why: 'young-version', until: choice.until }]);
  return { kind: 'login', version: choice.version, permitted: choice.kind === 'permitted' };
}

function waitOf(waits: readonly Wait[]): Verdict {
  const [first, ...rest] = waits;
  if (!first) throw new Error('a wait without a reason');
  return { kind: 'wait', wait: rest.reduce((last, next) => (next.until > last.until ? next : last), first), waits };
}

/** The version that is sent once every wait is over; undefined where none is. */
export function nextVersion(item: GateItem, contents: Contents, now: number): Version | undefined {
  const choice = chooseVersion(item, contents, now);
  return choice.kind === 'closed' ? undefined : choice.version;
}

/** Somebody else's login. It may end any moment. */
function waitsFor({ lease, claim }: GateItem, now: number): Wait[] {
  if (lease && now < lease.until) return [{ why: 'login-under-way', until: lease.until }];
  return claim && now < claim.until ? [{ why: 'claimed', until: claim.until }] : [];
}

function waitsBefore(item: GateItem, choice: Choice, now: number): Wait[] {
  const { token, backOff, lastLogin, waitUntil, control, atWorkUntil } = item;
  const isPermitted = choice.kind === 'permitted';
  const spacingMs = token?.broughtAgain && token.dead ? TOKEN_AGAIN_MS : LOGIN_SPACING_MS;
  const nextAt = lastLogin && lastLogin.outcome !== 'not-sent' ? lastLogin.at + spacingMs : now;
  const all: (Wait | undefined)[] = [
    token && !token.dead ? { why: 'token-alive', until: token.endsAt } : undefined,
    backOff && { why: 'backing-off', until: backOff.until },
    { why: 'spacing', until: nextAt },
    waitUntil === undefined || isPermitted ? undefined : { why: 'after-possible', until: waitUntil },
    atWorkUntil === undefined ? undefined : { why: 'after-possible', until: atWorkUntil },
    control && !isPermitted ? { why: 'control', until: control.at } : undefined,
  ];
  const waits = all.filter((wait) => wait !== undefined).filter(({ until }) => now < until);
  // An answer to the control request may end the wait early, so it does not wait for the longest one.
  const asks =
    control &&
    !isPermitted &&
    now >= control.at &&
    waits.every(({ why }) => why === 'spacing' || why === 'after-possible');
  return asks ? [] : waits;
}

type Choice =
  | { readonly kind: 'closed'; readonly reason: ClosedReason }
  | { readonly kind: 'permitted' | 'free'; readonly version: Version }
  | { readonly kind: 'young'; readonly version: Version; readonly until: number };

/**
 * The version that the next login is sent with; never one that was refused and has not worked since. An unproven AWSCURRENT
 * goes before a proven AWSPREVIOUS, except in two cases. It was refused, and had never worked: so AWSPREVIOUS may still be
 * right. Or it is young and no failure stands: EnKash may not know it yet. Where one stands, a young version waits, unless
 * AWSPREVIOUS was refused.
 */
function chooseVersion(item: GateItem, { current, previous }: Contents, now: number): Choice {
  const { permission } = item;
  const failed = countOf(item);
  const isPermitted = permission && now < permission.until && permission.count === failed;
  if (isPermitted && current?.versionId === permission.versionId) return { kind: 'permitted', version: current };
  if (failed >= MAX_FAILURES) return { kind: 'closed', reason: 'locked-out-risk' };

  const refusalOf = (version: Version | undefined) => item.refused.find(({ content }) => content === version?.content);
  const isProven = (version: Version) => item.proven.includes(version.content);
  const fallback = previous && isProven(previous) ? previous : undefined;
  if (!current) return fallback ? { kind: 'free', version: fallback } : { kind: 'closed', reason: 'no-secret' };
  if (isProven(current)) return { kind: 'free', version: current };

  const refusal = refusalOf(current);
  const oldAt = (current.createdAt ?? Number.NEGATIVE_INFINITY) + YOUNG_VERSION_MS;
  // Where no version was before it, there is no change that EnKash could be behind with. One that worked was there, though
  // for seconds after a change Secrets Manager may not tell it.
  const isUntold = previous === undefined && item.proven.some((content) => content !== current.content);
  const isYoung = (previous !== undefined || isUntold) && now < oldAt;
  if (fallback && (refusal ? !refusal.worked : isYoung && failed === 0)) return { kind: 'free', version: fallback };
  if (refusal) return { kind: 'closed', reason: 'password-refused' };
  const wasSeen = item.failures.some(({ pair }) => pair !== UNKNOWN_PAIR);
  if (isYoung && (wasSeen || isUntold) && !refusalOf(previous)?.standing)
    return { kind: 'young', version: current, until: oldAt };
  return { kind: 'free', version: current };
}

/** A token that the API refused, as this process knows it. */
export type RefusedToken = {
  readonly id: string;
  readonly accepted: TokenFacts['accepted'];
  /** The call was repeated with this token already. */
  readonly repeated: boolean;
};

/** What a refusal of a token means. */
export type Judgement401 =
  /** The item has another token, or knows that this one is dead. */
  | { readonly kind: 'over' }
  /** Accepted before: reading that account again tells. */
  | { readonly kind: 'check'; readonly account: NonNullable<TokenFacts['accepted']> }
  | { readonly kind: 'ask-again' }
  /** New, and never accepted: EnKash's API may know it late, until then. */
  | { readonly kind: 'doubt'; readonly until: number }
  | { readonly kind: 'dead' };

export function judge401(item: GateItem | undefined, refused: RefusedToken, now: number): Judgement401 {
  const token = item?.token;
  if (!item || token?.id !== refused.id || token.dead) return { kind: 'over' };
  // Near its end, a token is refused because it ends.
  if (now >= token.mayEndAt) return { kind: 'dead' };
  const account = token.accepted ?? refused.accepted;
  if (account) return { kind: 'check', account };
  const until = token.issuedAt + ((item.neverAccepted ?? 0) > 0 ? TOKEN_DOUBT_MS : TOKEN_FRESH_MS);
  if (now >= until) return { kind: 'dead' };
  return refused.repeated ? { kind: 'doubt', until } : { kind: 'ask-again' };
}
