import { LOGIN_SECRET_MS } from '../budgets.ts';
import { AppError, CredentialsError } from '../errors.ts';
import { loginIdOf, type Version } from './content.ts';
import { countOf, type GateItem, type LoginGateStore, MAX_FAILURES, UNKNOWN_PAIR } from './item.ts';
import type { LoginGateDeps } from './memory.ts';
import { type Contents, nextVersion, type Verdict, verdictOf } from './standing.ts';
import { abandon, close as closed, open as opened, permit } from './transitions.ts';
import { createVersions } from './versions.ts';

const ATTEMPTS = 3;

/** One look at a partner's gate: what `status` shows, and what `allow-one` sends back. */
export type GateStatus = {
  readonly loginId: string;
  readonly item: GateItem | undefined;
  readonly contents: Contents;
  readonly verdict: Verdict;
  readonly rev: number;
  /** Possible failures that stand. */
  readonly count: number;
  /** Why AWSCURRENT cannot be used, so that the login of the partner's last token serves; undefined where it can. */
  readonly secretProblem: string | undefined;
  /** The login of the partner's last token, where AWSCURRENT belongs to one that was never opened: it serves meanwhile. */
  readonly servesInstead: string | undefined;
};

/** What looking at a gate takes: nothing that could send. */
export type GateReads = Pick<LoginGateDeps, 'store' | 'credentials' | 'tokenUrl' | 'now'>;

/**
 * Reads a partner's gate as a process would that is about to log in; writes nothing, sends nothing.
 * @throws AppError CREDENTIALS_UNAVAILABLE when neither AWSCURRENT nor a login before it tells which login is meant
 */
export async function statusOf(deps: GateReads, partner: string): Promise<GateStatus> {
  const own = await deps.credentials.fresh(partner, LOGIN_SECRET_MS).then(
    (current) => ({ loginId: loginIdOf(deps.tokenUrl, current), problem: undefined, error: undefined }),
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      const fields = error instanceof CredentialsError ? error.fields : [];
      return { loginId: undefined, problem: [error.reason ?? error.code, ...fields].join(' '), error };
    },
  );
  const pointed = await deps.store.readPointer(partner).catch((unreadable: unknown) => {
    if (own.loginId === undefined) throw unreadable;
    return undefined;
  });
  const loginId = own.loginId ?? pointed?.loginId;
  if (loginId === undefined) throw own.error ?? new AppError('CREDENTIALS_UNAVAILABLE');
  const { item, contents, verdict } = await gateOf(deps, partner, loginId);
  const count = item ? countOf(item) : 0;
  const other = item?.opened || pointed?.loginId === loginId ? undefined : pointed?.loginId;
  const servesInstead = other !== undefined && (await serves(deps, partner, other)) ? other : undefined;
  return { loginId, item, contents, verdict, rev: item?.rev ?? 0, count, secretProblem: own.problem, servesInstead };
}

async function gateOf(deps: GateReads, partner: string, loginId: string) {
  const item = await deps.store.read(loginId);
  const { contents } = item
    ? await createVersions(deps, partner, loginId).read(item, LOGIN_SECRET_MS)
    : { contents: { current: undefined, previous: undefined } };
  return { item, contents, verdict: verdictOf(item, contents, deps.now()) };
}

/** Whether a gate has a token, or may log in. */
async function serves(deps: GateReads, partner: string, loginId: string): Promise<boolean> {
  const { item, verdict } = await gateOf(deps, partner, loginId);
  const { token } = item ?? {};
  const hasToken = item?.opened === true && token !== undefined && !token.dead && deps.now() < token.endsAt;
  return hasToken || verdict.kind !== 'closed';
}

/**
 * The login that AWSCURRENT names, looked up twice: for seconds after a save, Secrets Manager may still tell the version before
 * it, and that may name another user.
 * @param shown the login that the operator was shown; without it the first look stands for it
 */
export async function settledLogin(
  deps: GateReads & Pick<LoginGateDeps, 'sleep'>,
  partner: string,
  shown?: string,
): Promise<{ readonly loginId: string; readonly isAsShown: boolean }> {
  const first = shown ?? (await statusOf(deps, partner)).loginId;
  await deps.sleep(LOGIN_SECRET_MS);
  const { loginId } = await statusOf(deps, partner);
  return { loginId, isAsShown: loginId === first };
}

export type OpenResult =
  | 'opened'
  /** Nothing changed. */
  | 'already-open'
  /** `neverTried`, and a login is known here: somebody tried. Nothing changed. */
  | 'failures-known'
  | 'busy';

/**
 * Begins to count a login, where there is no item or a closed one. EnKash may have counted failures that nobody here saw: so
 * one login is left before a human is asked again, unless `neverTried` says that nobody ever failed.
 */
export async function open(
  store: LoginGateStore,
  { loginId, neverTried }: { readonly loginId: string; readonly neverTried: boolean },
): Promise<OpenResult> {
  const { fence } = (await store.readToken(loginId).catch(() => undefined)) ?? {};
  return change<OpenResult>(store, loginId, (item) => {
    if (item?.opened) return 'already-open';
    if (item && neverTried && isTried(item)) return 'failures-known';
    return { next: opened(item, loginId, neverTried, fence), result: 'opened' };
  });
}

function isTried(item: GateItem): boolean {
  return countOf(item) > 0 || item.lastLogin !== undefined || item.refused.length > 0 || item.proven.length > 0;
}

export type CloseResult = 'closed' | 'not-open' | 'login-under-way' | 'busy';

/** Makes a gate `never-opened` again: after a table was restored or replaced, nobody knows how near the lock is. */
export async function close(
  store: LoginGateStore,
  { loginId }: { readonly loginId: string },
  now: number,
): Promise<CloseResult> {
  return change<CloseResult>(store, loginId, (item) => {
    if (!item?.opened) return 'not-open';
    if (item.lease && now < item.lease.until) return 'login-under-way';
    return { next: closed(item), result: 'closed' };
  });
}

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
 */
export async function allowOne(
  deps: LoginGateDeps,
  partner: string,
  request: PermissionRequest,
): Promise<PermissionResult> {
  // What was shown may have been the version before a save: by now Secrets Manager tells the new one.
  await deps.sleep(LOGIN_SECRET_MS);
  const { item, contents, verdict, loginId, rev, count } = await statusOf(deps, partner);
  const { shown } = request;
  const isAsShown = loginId === shown.loginId && rev === shown.rev && count === shown.count;
  if (!item || (verdict.kind === 'closed' && verdict.reason === 'never-opened')) return 'never-opened';
  const { current } = contents;
  if (item.lease && deps.now() < item.lease.until) return 'login-under-way';
  if (!isAsShown || (current && current.versionId !== shown.versionId)) return 'changed';
  if (!current) return 'no-secret';
  const objection = objectionTo(item, contents, current, verdict, request, deps.now());
  if (objection) return objection;
  const next = { ...permit(item, current.versionId, request.unlockedByEnkash, deps.now()), rev: rev + 1 };
  if (await deps.store.replace(next, rev)) return 'allowed';
  // The write may have arrived, its reply been lost, and the SDK have sent it again: then the condition fails by our own.
  const stored = await deps.store.read(loginId);
  return stored?.rev === next.rev && stored.permission?.givenAt === next.permission?.givenAt ? 'allowed' : 'changed';
}

/** This content was refused; or a login with it may have failed, or never ended, and none succeeded since. */
export function hasFailed({ refused, failed, lastLogin, lease }: GateItem, { content }: Version): boolean {
  const wasLast = lastLogin?.outcome === 'possible' && lastLogin.content === content;
  const isNoted = failed?.includes(content) || refused.some((refusal) => refusal.content === content);
  return wasLast || isNoted || lease?.content === content;
}

function objectionTo(
  stored: GateItem,
  contents: Contents,
  current: Version,
  verdict: Verdict,
  request: PermissionRequest,
  now: number,
) {
  if (verdict.kind === 'login' && verdict.permitted) return 'already-allowed';
  const item = abandon(stored, now);
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
  return isAsking && (control?.tries ?? 0) > ATTEMPTS;
}

/** Failures of an API client that AWSCURRENT is not of: no success with it forgives them. */
function otherFails({ failures }: GateItem, { pair }: Version): boolean {
  return failures.some((failure) => failure.pair !== pair && failure.pair !== UNKNOWN_PAIR);
}

type Change<R> = R | { readonly next: GateItem; readonly result: R };

async function change<R extends string>(
  store: LoginGateStore,
  loginId: string,
  decide: (item: GateItem | undefined) => Change<R>,
): Promise<R | 'busy'> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const item = await store.read(loginId);
    const decision = decide(item);
    if (typeof decision === 'string') return decision;
    const rev = item?.rev ?? 0;
    if (await store.replace({ ...decision.next, rev: rev + 1 }, rev)) return decision.result;
  }
  return 'busy';
}
