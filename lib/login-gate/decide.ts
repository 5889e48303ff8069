import { LOGIN_SECRET_MS, LOOK_FOR_VERSION_MS } from '../budgets.ts';
import type { PartnerCredentials } from '../enkash/credentials.ts';
import type { GateItem } from './item.ts';
import type { LoginGateDeps, LoginMemory } from './memory.ts';
import { type Verdict, verdictOf } from './standing.ts';
import type { Versions } from './versions.ts';

type Decision =
  | Exclude<Verdict, { kind: 'login' }>
  | { readonly kind: 'login'; readonly credentials: PartnerCredentials };

export type Decide = (stored: GateItem | undefined) => Promise<Decision>;

/** The verdict by versions read at most 30 s ago, and again by newer ones when that would send a login. */
export function createDecide({ now }: LoginGateDeps, versions: Versions, { me }: LoginMemory): Decide {
  return async (stored) => {
    // A claim of our own does not hold us up.
    const item = stored?.claim?.owner === me ? { ...stored, claim: undefined } : stored;
    const isBusy = verdictOf(item, { current: undefined, previous: undefined }, now());
    if (isBusy.kind === 'wait') return isBusy;
    if (!item?.opened) return { kind: 'closed', reason: 'never-opened' };
    const early = verdictOf(item, (await versions.read(item, LOOK_FOR_VERSION_MS)).contents, now());
    if (early.kind !== 'login') return early;
    const { contents, credentialsOf } = await versions.read(item, LOGIN_SECRET_MS);
    const verdict = verdictOf(item, contents, now());
    if (verdict.kind !== 'login') return verdict;
    return { kind: 'login', credentials: credentialsOf(verdict.version) };
  };
}
