import { countOf, type GateItem, type LoginGateStore } from './item.ts';
import { close as closed, open as opened } from './transitions.ts';

const ATTEMPTS = 3;

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
