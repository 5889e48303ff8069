import { FIRST_BACK_OFF_MS, LEASE_MS, LOGIN_SPACING_MS, MAX_BACK_OFF_MS, YOUNG_VERSION_MS } from '../budgets.ts';
import type { LoginOutcome } from '../enkash/token-request.ts';
import { type AppError, LoginBlockedError, UpstreamError } from '../errors.ts';
import type { GateItem, Lease, SharedToken } from './item.ts';
import { isUsable } from './tokens.ts';

/** EnKash locks the account at the third failure in a row, so two is where nobody but the operator goes on. */
export const MAX_FAILURES = 2;
/** Versions remembered; more than anybody rotates through while two of them matter. */
const REMEMBERED_VERSIONS = 10;

/** Why no login may be sent, in words that the runbook explains. */
export type BlockReason =
  /** The password was refused; a new secret version, or the operator, opens the gate. */
  | 'password-refused'
  /** Two logins may have failed, a third could lock the account: only the operator opens the gate. */
  | 'locked-out-risk'
  | 'login-in-progress'
  | 'login-spacing'
  | 'token-ending'
  | 'token-unreadable'
  | 'no-time-left'
  | 'gate-unreachable';

/** What one look at the item tells, before any secret is read. */
export type Standing =
  | { readonly kind: 'open' }
  | { readonly kind: 'mine'; readonly lease: Lease }
  /** Something changes at `until` at the latest, or any moment when `poll` is set. */
  | { readonly kind: 'wait'; readonly refusal: () => AppError; readonly until: number; readonly poll: boolean }
  | { readonly kind: 'closed'; readonly error: AppError };

export function emptyItem(partner: string): GateItem {
  return { partner, rev: 0, failures: 0, fence: 0, proven: [], refused: [], allowOne: false };
}

/** Whether the item allows a login at all, to whom, or what to wait for. */
export function standingOf(item: GateItem, me: string, now: number): Standing {
  const { lease, token, backOff } = item;
  if (lease?.owner === me) return { kind: 'mine', lease };
  if (lease && now < lease.until) {
    return { kind: 'wait', refusal: () => blocked('login-in-progress'), until: lease.until, poll: true };
  }
  if (item.failures >= MAX_FAILURES && !item.allowOne) return { kind: 'closed', error: closedBy(item) };
  if (backOff && now < backOff.until) {
    return { kind: 'wait', refusal: () => tokenHostDown(backOff.until - now), until: backOff.until, poll: false };
  }
  if (token && !token.dead && now < token.endsAt) {
    const reason = isUsable(token, now) ? 'token-unreadable' : 'token-ending';
    const waitSeconds = seconds(token.endsAt - now);
    return { kind: 'wait', refusal: () => blocked(reason, waitSeconds), until: token.endsAt, poll: false };
  }
  if (item.waitUntil !== undefined && now < item.waitUntil && !item.allowOne) {
    const { waitUntil } = item;
    return { kind: 'wait', refusal: () => unanswered(waitUntil - now), until: waitUntil, poll: false };
  }
  const nextAt = (item.lastLoginAt ?? Number.NEGATIVE_INFINITY) + LOGIN_SPACING_MS;
  if (now < nextAt) {
    const reason = item.refused.some(({ standing }) => standing) ? 'password-refused' : 'login-spacing';
    return { kind: 'wait', refusal: () => blocked(reason, seconds(nextAt - now)), until: nextAt, poll: false };
  }
  return { kind: 'open' };
}

/** AWSCURRENT as the choice below sees it: `createdAt` in epoch ms, where the store tells. */
export type CurrentVersion = { readonly versionId: string; readonly createdAt?: number | undefined };

/** Whether the choice below may fall on AWSPREVIOUS, so that it is fetched only then. */
export function needsPrevious(item: GateItem, current: CurrentVersion, now: number): boolean {
  return !item.proven.includes(current.versionId) && (wasRefused(item, current) || isYoung(current, now));
}

/**
 * The secret version that an open gate logs in with; undefined means that the gate is closed.
 * An unproven AWSCURRENT goes before a proven AWSPREVIOUS, but for two cases. When it is young, EnKash may not know it yet, and if EnKash
 * learned it between the two logins, both would be refused. And when it was refused while AWSPREVIOUS went on working: a wrong new secret
 * must not cost a refusal per token.
 */
export function chooseVersion(
  item: GateItem,
  current: CurrentVersion,
  previousId: string | undefined,
  now: number,
): { readonly versionId: string } | undefined {
  const candidates = [current.versionId];
  if (previousId !== undefined && !item.proven.includes(current.versionId) && item.proven.includes(previousId)) {
    candidates.push(previousId);
    if (wasRefused(item, current) || isYoung(current, now)) candidates.reverse();
  }
  const refusalOf = (id: string) => item.refused.find(({ versionId }) => versionId === id);
  const versionId = candidates.find((id) => !refusalOf(id)?.standing);
  if (versionId !== undefined && item.failures < MAX_FAILURES) return { versionId };
  return item.allowOne ? { versionId: current.versionId } : undefined;
}

function wasRefused(item: GateItem, { versionId }: CurrentVersion): boolean {
  return item.refused.some((refusal) => refusal.versionId === versionId);
}

function isYoung({ createdAt }: CurrentVersion, now: number): boolean {
  return createdAt !== undefined && now - createdAt < YOUNG_VERSION_MS;
}

/** The item with a lease for one login, which counts as a possible failure from now on. Any login spends the operator's permission. */
export function takeLease(item: GateItem, owner: string, versionId: string, now: number): GateItem {
  const fence = item.fence + 1;
  return {
    ...item,
    fence,
    failures: item.failures + 1,
    allowOne: false,
    lease: { owner, fence, since: now, until: now + LEASE_MS, versionId, allowed: item.allowOne },
  };
}

/** The lease returned unused: nothing was sent. */
export function giveBack(item: GateItem, lease: Lease): GateItem {
  return { ...item, failures: item.failures - 1, allowOne: item.allowOne || lease.allowed, lease: undefined };
}

/** The item after a login: the lease is over, the count says what EnKash may have counted. */
export function settle(
  item: GateItem,
  lease: Lease,
  outcome: LoginOutcome,
  at: { readonly sent: number; readonly replied: number },
  token: SharedToken | undefined,
): GateItem {
  const sent: GateItem = { ...item, lease: undefined, lastLoginAt: at.sent };
  switch (outcome.kind) {
    case 'accepted':
      return {
        ...sent,
        failures: 0,
        allowOne: false,
        backOff: undefined,
        waitUntil: undefined,
        proven: [lease.versionId, ...item.proven.filter((id) => id !== lease.versionId)].slice(0, REMEMBERED_VERSIONS),
        refused: item.refused
          .filter(({ versionId }) => versionId !== lease.versionId)
          .map((refusal) => ({ ...refusal, standing: false })),
        kills: item.token?.dead ? item.kills : undefined,
        token,
      };
    case 'refused': {
      const times = item.refused.find(({ versionId }) => versionId === lease.versionId)?.times ?? 0;
      const others = item.refused.filter(({ versionId }) => versionId !== lease.versionId);
      const refusal = { versionId: lease.versionId, times: times + 1, standing: true };
      const refused = [refusal, ...others].slice(0, REMEMBERED_VERSIONS);
      return { ...sent, backOff: undefined, waitUntil: undefined, refused };
    }
    case 'possible':
      return { ...sent, backOff: undefined, waitUntil: at.replied + outcome.waitMs };
    case 'not-sent':
      return { ...giveBack(item, lease), backOff: backOff(item, at.replied) };
    case 'turned-away':
      return {
        ...giveBack(item, lease),
        allowOne: item.allowOne,
        lastLoginAt: at.sent,
        backOff: backOff(item, at.replied),
      };
  }
}

/** What the caller is told after a login of its own that brought no token. `item` is the settled one. */
export function failureOf(outcome: Exclude<LoginOutcome, { kind: 'accepted' }>, item: GateItem, now: number): AppError {
  const { kind } = outcome;
  if (kind === 'not-sent' || kind === 'turned-away') return tokenHostDown((item.backOff?.until ?? now) - now);
  if (item.failures >= MAX_FAILURES) return closedBy(item);
  // Below two another version may be tried as soon as the spacing allows.
  return kind === 'refused'
    ? blocked('password-refused', seconds(LOGIN_SPACING_MS))
    : unanswered((item.waitUntil ?? now) - now);
}

/** Why a gate is closed. The wait is how often a closed gate looks again, by itself or for the operator. */
export function closedBy(item: GateItem): AppError {
  return item.failures >= MAX_FAILURES ? blocked('locked-out-risk', 60) : blocked('password-refused', 30);
}

export function blocked(reason: BlockReason, retryAfterSeconds = 1): AppError {
  return new LoginBlockedError(reason, retryAfterSeconds);
}

function unanswered(waitMs: number): AppError {
  const retryAfterSeconds = seconds(waitMs);
  return new UpstreamError('UPSTREAM_UNAVAILABLE', { reason: 'login-unanswered', retryAfterSeconds });
}

function tokenHostDown(waitMs: number): AppError {
  const retryAfterSeconds = seconds(waitMs);
  return new UpstreamError('UPSTREAM_UNAVAILABLE', { reason: 'token-host-unavailable', retryAfterSeconds });
}

function backOff(item: GateItem, now: number) {
  const ms = Math.min(item.backOff ? item.backOff.ms * 2 : FIRST_BACK_OFF_MS, MAX_BACK_OFF_MS);
  return { ms, until: now + ms };
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
