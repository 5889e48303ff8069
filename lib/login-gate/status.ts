import { LOGIN_SECRET_MS } from '../budgets.ts';
import { AppError, CredentialsError } from '../errors.ts';
import { loginIdOf } from './content.ts';
import { countOf, type GateItem } from './item.ts';
import type { LoginGateDeps } from './memory.ts';
import { type Contents, type Verdict, verdictOf } from './standing.ts';
import { createVersions } from './versions.ts';

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

type SettledReads = GateReads & Pick<LoginGateDeps, 'sleep'>;

/**
 * The status five seconds from now: for so long after a save, Secrets Manager may still tell the version before it, and what an
 * operator was shown may have been that one.
 */
export async function settledStatus(deps: SettledReads, partner: string): Promise<GateStatus> {
  await deps.sleep(LOGIN_SECRET_MS);
  return statusOf(deps, partner);
}

/**
 * The login that AWSCURRENT names, looked up twice: the version before a save may name another user.
 * @param shown the login that the operator was shown; without it the first look stands for it
 */
export async function settledLogin(
  deps: SettledReads,
  partner: string,
  shown?: string,
): Promise<{ readonly loginId: string; readonly isAsShown: boolean }> {
  const first = shown ?? (await statusOf(deps, partner)).loginId;
  const { loginId } = await settledStatus(deps, partner);
  return { loginId, isAsShown: loginId === first };
}
