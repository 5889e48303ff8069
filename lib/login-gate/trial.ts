import { ANSWER_MS, TRIAL_WAIT_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import { loginIdOf, versionOf } from './content.ts';
import { countOf, type GateItem } from './item.ts';
import { createLogins } from './login.ts';
import { type LoginGateDeps, newMemory } from './memory.ts';
import { verdictOf } from './standing.ts';

/** What trying a secret version came to. */
export type Trial =
  /** A login with it succeeded, now, or as the last one that did, and the gate knows. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'already-proven' }
  /** A login was sent and may have failed at EnKash; `failures` as the gate counts now, where it can be read. */
  | { readonly kind: 'failed'; readonly failures: number | undefined }
  /** Nothing that counts was sent. */
  | { readonly kind: 'not-tried'; readonly why: NotTried };

type NotTried =
  | 'never-opened'
  | 'failures-stand'
  | 'refused-before'
  | 'token-host-unavailable'
  | 'gate-busy'
  | 'gate-unreachable';

const POLL_MS = 250;

/**
 * One login with a secret version that is not current yet, for the operator who rotates: under the gate's lease, counted
 * before it is sent, stored like any other. It asks for more than the fleet's logins do, a gate without any possible
 * failure, so that a wrong secret leaves the fleet its second one. And it asks for less: it does not wait for the
 * shared token to end, since EnKash may have changed the password already; its token takes the place of the other.
 */
export async function tryPending(
  deps: LoginGateDeps,
  partner: string,
  credentials: PartnerCredentials,
): Promise<Trial> {
  const memory = newMemory(`${deps.newId()}/${partner}`);
  const loginId = loginIdOf(deps.tokenUrl, credentials);
  const logins = createLogins(deps, partner, loginId, memory);
  const version = { ...versionOf(credentials), createdAt: undefined };
  const giveUpAt = deps.now() + TRIAL_WAIT_MS;
  const read = () =>
    deps.store.read(loginId).then(
      (item) => ({ item }),
      () => undefined,
    );

  while (deps.now() < giveUpAt) {
    const found = await read();
    if (!found) return notTried('gate-unreachable');
    const { item } = found;
    if (!item?.opened) return notTried('never-opened');
    const deadline = deps.now() + ANSWER_MS;
    if (item.lease && logins.isToUse(item.lease)) {
      const use = await logins.use(item, item.lease, deadline, credentials);
      if (use.kind === 'ended') return judge((await read())?.item, version.content);
      await deps.sleep(POLL_MS);
      continue;
    }
    if (wasLast(item, version.content)) return { kind: 'already-proven' };
    const verdict = verdictOf(withoutToken(item, memory.me), { current: version, previous: undefined }, deps.now());
    const isBusy = verdict.kind === 'wait' && ['login-under-way', 'claimed'].includes(verdict.wait.why);
    if (isBusy) {
      await deps.sleep(POLL_MS);
      continue;
    }
    // A login is counted before it is sent, so one that was never settled is among these.
    if (countOf(item) > 0) return notTried('failures-stand');
    if (item.refused.some(({ content }) => content === version.content)) return notTried('refused-before');
    if (verdict.kind === 'wait') {
      if (verdict.wait.until > giveUpAt) return notTried('token-host-unavailable');
      await deps.sleep(verdict.wait.until - deps.now());
      continue;
    }
    const use = await logins.attempt(item, credentials, deadline);
    if (use.kind === 'ended') return judge((await read())?.item, version.content);
    if (use.kind !== 'again') await deps.sleep(POLL_MS);
  }
  return notTried('gate-busy');
}

/** The shared token's life does not matter to a trial, nor does a claim of its own. */
function withoutToken(item: GateItem, me: string): GateItem {
  return { ...item, token: undefined, claim: item.claim?.owner === me ? undefined : item.claim };
}

function notTried(why: NotTried): Trial {
  return { kind: 'not-tried', why };
}

/** The last login that succeeded was with it. One that succeeded before another did may be an old password. */
export function wasLast({ proven: [last] }: GateItem, content: string): boolean {
  return last === content;
}

/** Judges by what is stored, whatever was answered: the fleet goes by that alone. */
function judge(item: GateItem | undefined, content: string): Trial {
  if (item && wasLast(item, content)) return { kind: 'accepted' };
  if (item && countOf(item) === 0) return notTried(item.backOff ? 'token-host-unavailable' : 'gate-busy');
  return { kind: 'failed', failures: item && countOf(item) };
}
