import type { Version } from './content.ts';
import { type GateItem, MAX_FAILURES, UNKNOWN_PAIR } from './item.ts';
import type { LoginGateDeps } from './memory.ts';
import { nextVersion, type Verdict } from './standing.ts';
import type { GateStatus } from './status.ts';
import { abandon, permit } from './transitions.ts';

/** So often EnKash was asked in vain before a human may go first. */
const CONTROL_TRIES = 3;

/** What the operator was shown, and what they say they know. */
export type PermissionRequest = {
  /** `versionId` of AWSCURRENT: only it may be sent. */
  readonly shown: {
    readonly loginId: string;
    readonly rev: number;
    readonly count: number;
    readonly versionId: string;
  };
  /** EnKash was asked, and its count of failed logins is zero now: needed at two failures or more. "Not locked" is not enough. */
  readonly unlockedByEnkash: boolean;
  /** AWSCURRENT is right although a login with it has failed: needed at one failure, and where it is known to have failed. */
  readonly sameSecret: boolean;
};

/** What `allow-one` came to; all but `allowed` change nothing. */
export type PermissionResult =
  | 'allowed'
  | 'already-allowed'
  /** Something is not as it was shown. */
  | 'changed'
  /** A login is under way: its outcome decides. */
  | 'login-under-way'
  /** The gate sends the next login by itself, now or after a wait. */
  | 'not-needed'
  | 'never-opened'
  /** AWSCURRENT cannot be used, or belongs to another login. */
  | 'no-secret'
  | 'needs-unlocked-by-enkash'
  | 'needs-same-secret'
  | 'busy';

/**
 * Permits one login of one version that the gate would not send by itself. It ends after 15 minutes, when the count changes,
 * and with any login that is sent. EnKash must have been asked first: this may be the third failure in a row.
 * @param status `settledStatus`, a moment after the operator was shown it
 */
export async function allowOne(
  { store, now }: Pick<LoginGateDeps, 'store' | 'now'>,
  status: GateStatus,
  request: PermissionRequest,
): Promise<PermissionResult> {
  const { item, contents, verdict, loginId, rev, count } = status;
  const { shown } = request;
  const isAsShown = loginId === shown.loginId && rev === shown.rev && count === shown.count;
  if (!item || (verdict.kind === 'closed' && verdict.reason === 'never-opened')) return 'never-opened';
  const { current } = contents;
  if (item.lease && now() < item.lease.until) return 'login-under-way';
  if (!isAsShown || (current && current.versionId !== shown.versionId)) return 'changed';
  if (!current) return 'no-secret';
  const objection = objectionTo({ item: abandon(item, now()), contents, verdict }, current, request, now());
  if (objection) return objection;
  const next = { ...permit(item, current.versionId, request.unlockedByEnkash, now()), rev: rev + 1 };
  if (await store.replace(next, rev)) return 'allowed';
  // The write may have arrived, its reply been lost, and the SDK have sent it again: then the condition fails by our own.
  const stored = await store.read(loginId);
  return stored?.rev === next.rev && stored.permission?.givenAt === next.permission?.givenAt ? 'allowed' : 'changed';
}

/** This content was refused; or a login with it may have failed, or never ended, and none succeeded since. */
export function hasFailed({ refused, failed, lastLogin, lease }: GateItem, { content }: Version): boolean {
  const wasLast = lastLogin?.outcome === 'possible' && lastLogin.content === content;
  const isNoted = failed?.includes(content) || refused.some((refusal) => refusal.content === content);
  return wasLast || isNoted || lease?.content === content;
}

type Looked = Pick<GateStatus, 'contents' | 'verdict'> & { readonly item: GateItem };

function objectionTo({ item, contents, verdict }: Looked, current: Version, request: PermissionRequest, now: number) {
  if (verdict.kind === 'login' && verdict.permitted) return 'already-allowed';
  if (verdict.kind !== 'closed' && !isStuck(item, verdict)) {
    if (item.control) return 'not-needed';
    // It goes on by itself. A permission helps it only to send another version, or to forget what no success forgives.
    const isCurrent = nextVersion(item, contents, now)?.versionId === current.versionId;
    if (isCurrent && !(request.unlockedByEnkash && otherFails(item, current))) return 'not-needed';
    return hasFailed(item, current) && !request.sameSecret ? 'needs-same-secret' : undefined;
  }
  if (request.shown.count >= MAX_FAILURES && !request.unlockedByEnkash) return 'needs-unlocked-by-enkash';
  if ((request.shown.count < MAX_FAILURES || hasFailed(item, current)) && !request.sameSecret)
    return 'needs-same-secret';
  return undefined;
}

/** Control requests that nobody ever answers would keep the gate waiting for ever: a human may know better. */
function isStuck({ control }: GateItem, verdict: Verdict): boolean {
  const isAsking = verdict.kind === 'ask' || (verdict.kind === 'wait' && verdict.wait.why === 'control');
  return isAsking && (control?.tries ?? 0) > CONTROL_TRIES;
}

/** Failures of an API client that AWSCURRENT is not of: no success with it forgives them. */
export function otherFails({ failures }: GateItem, { pair }: Version): boolean {
  return failures.some((failure) => failure.pair !== pair && failure.pair !== UNKNOWN_PAIR);
}
