import { ANSWER_MS, TRIAL_WAIT_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { GateItem } from './item.ts';
import { readItem, replace, useLease } from './lease.ts';
import { type LoginGateDeps, newMemory } from './memory.ts';
import { standingOf, takeLease } from './rules.ts';

/** What trying a secret version came to. */
export type Trial =
  /** A login with it succeeded, now or before, and the gate knows. */
  | { readonly kind: 'accepted' }
  | { readonly kind: 'already-proven' }
  /** A login was sent and may have failed at EnKash; `failures` as the gate counts now, where it can be read. */
  | { readonly kind: 'failed'; readonly failures: number | undefined }
  /** Nothing that counts was sent. */
  | { readonly kind: 'not-tried'; readonly why: NotTried };

export type NotTried =
  | 'failures-stand'
  | 'refused-before'
  | 'token-host-unavailable'
  | 'gate-busy'
  | 'gate-unreachable';

const POLL_MS = 250;

/**
 * One login with a secret version that is not current yet, for the operator who rotates: under the gate's lease, counted
 * before it is sent, stored like any other. It asks for more than the fleet's logins do, a gate without any possible
 * failure, so that a wrong secret leaves the fleet its second one. And for less: it does not wait for the shared token to
 * end, since EnKash may have changed the password already; the token that it brings takes the place of the other.
 */
export async function tryVersion(
  deps: LoginGateDeps,
  partner: string,
  credentials: PartnerCredentials,
): Promise<Trial> {
  const memory = newMemory(partner, deps.newId());
  const { versionId } = credentials;
  const giveUpAt = deps.now() + TRIAL_WAIT_MS;
  const read = (): Promise<GateItem | undefined> => readItem(deps, memory).catch(() => undefined);

  while (deps.now() < giveUpAt) {
    const item = await read();
    if (!item) return notTried('gate-unreachable');
    const standing = standingOf({ ...item, token: undefined }, memory.me, deps.now());
    if (standing.kind === 'mine') {
      await useLease(deps, memory, item, standing.lease, deps.now() + ANSWER_MS, credentials).catch(() => undefined);
      return judge(await read(), versionId);
    }
    if (item.proven.includes(versionId)) return { kind: 'already-proven' };
    if (standing.kind === 'wait' && standing.poll) {
      await deps.sleep(POLL_MS);
      continue;
    }
    // Counted before it was sent: a login that was never settled is among these.
    if (item.failures > 0) return notTried('failures-stand');
    if (item.refused.some((refusal) => refusal.versionId === versionId)) return notTried('refused-before');
    if (standing.kind === 'wait') {
      if (standing.until > giveUpAt) return notTried('token-host-unavailable');
      await deps.sleep(standing.until - deps.now());
      continue;
    }
    // Won or not, the next look at the item tells: the lease in it is ours, or somebody else was faster.
    const written = await replace(deps, takeLease(item, memory.me, versionId, deps.now()), item);
    if (written.kind === 'failed') await deps.sleep(POLL_MS);
  }
  return notTried('gate-busy');
}

function notTried(why: NotTried): Trial {
  return { kind: 'not-tried', why };
}

/** By what is stored, whatever was answered: the fleet goes by that alone. */
function judge(item: GateItem | undefined, versionId: string): Trial {
  if (item?.proven.includes(versionId)) return { kind: 'accepted' };
  if (item?.failures === 0) return notTried(item.backOff ? 'token-host-unavailable' : 'gate-busy');
  return { kind: 'failed', failures: item?.failures };
}
