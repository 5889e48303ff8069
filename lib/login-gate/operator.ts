import type { GateItem, LoginGateStore } from './item.ts';
import { type CurrentVersion, chooseVersion, emptyItem, MAX_FAILURES } from './rules.ts';

/** What `allow-one` came to; all but `allowed` change nothing. */
export type AllowOneResult =
  | 'allowed'
  | 'already-allowed'
  /** A login is under way: its outcome decides. */
  | 'login-under-way'
  /** No possible failure stands. */
  | 'not-closed'
  /** The gate sends the next login without a permission: of a version that was not refused, after its wait. */
  | 'goes-by-itself'
  /** EnKash refused AWSCURRENT before, and nobody said that the same secret is meant. */
  | 'refused-before'
  /** The item kept changing. */
  | 'busy';

/** The secret's versions as the gate would choose among them. `sameSecret`: the operator means AWSCURRENT although EnKash refused it. */
export type Permission = {
  readonly partner: string;
  readonly current: CurrentVersion;
  readonly previousId: string | undefined;
  readonly sameSecret: boolean;
};

const ATTEMPTS = 3;

/**
 * Permits one login that the gate would not send by itself. The next login spends it, whoever sends it.
 * EnKash must have been asked first whether the account is locked: this may be the third failure in a row.
 */
export async function allowOne(store: LoginGateStore, asked: Permission, now: number): Promise<AllowOneResult> {
  const { partner } = asked;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const item = (await store.read(partner)) ?? emptyItem(partner);
    const objection = objectionTo(item, asked, now);
    if (objection) return objection;
    if (await store.replace({ ...item, allowOne: true, rev: item.rev + 1 }, item.rev)) return 'allowed';
  }
  return 'busy';
}

function objectionTo(item: GateItem, { current, previousId, sameSecret }: Permission, now: number) {
  if (item.lease && now < item.lease.until) return 'login-under-way';
  if (item.failures === 0) return 'not-closed';
  if (item.allowOne) return 'already-allowed';
  if (chooseVersion(item, current, previousId, now)) return 'goes-by-itself';
  const isRefused = item.refused.some(({ versionId, standing }) => standing && versionId === current.versionId);
  return isRefused && !sameSecret ? 'refused-before' : undefined;
}

/** The gate in words, one line each; nothing secret. */
export function describeGate(item: GateItem | undefined, now: number): string[] {
  if (!item) return ['No login was ever sent for this partner: the gate is open.'];
  const at = (instant: number) => `${new Date(instant).toISOString()} (${age(instant, now)})`;
  const { lease, token, backOff } = item;
  return [
    isClosed(item, now) ? `CLOSED: ${whyClosed(item)}` : 'open',
    `possible failures since the last success: ${item.failures} of ${MAX_FAILURES}`,
    `last login sent: ${item.lastLoginAt === undefined ? 'never' : at(item.lastLoginAt)}`,
    `login under way: ${lease && now < lease.until ? `since ${at(lease.since)}, secret version ${lease.versionId}` : 'no'}`,
    `token: ${token ? `${token.dead ? 'refused by EnKash, ' : ''}usable until ${at(token.usableUntil)}, by secret version ${token.versionId}` : 'none'}`,
    `secret versions that worked: ${item.proven.join(', ') || 'none'}`,
    `secret versions refused: ${item.refused.map(({ versionId, times, standing }) => `${versionId} (${times} times${standing ? ', not tried again' : ''})`).join(', ') || 'none'}`,
    `next login by itself not before: ${item.waitUntil && now < item.waitUntil ? at(item.waitUntil) : 'no wait'}`,
    `backing off until: ${backOff && now < backOff.until ? at(backOff.until) : 'not backing off'}`,
    `one login permitted by the operator: ${item.allowOne ? 'yes' : 'no'}`,
  ];
}

function whyClosed(item: GateItem): string {
  if (item.allowOne) return 'but one login is permitted: the next request that needs a token sends it';
  return item.failures >= MAX_FAILURES
    ? 'locked-out-risk. A third failure could lock the account: ask EnKash, then allow-one'
    : 'password-refused. A corrected secret opens it within 30 s';
}

/** Closed as far as the item alone tells; at one failure a new secret version opens it. */
export function isClosed(item: GateItem, now: number): boolean {
  if (item.lease && now < item.lease.until) return false;
  return item.failures >= MAX_FAILURES || (item.failures > 0 && item.refused.some(({ standing }) => standing));
}

function age(instant: number, now: number): string {
  const seconds = Math.round(Math.abs(now - instant) / 1000);
  return instant <= now ? `${seconds} s ago` : `in ${seconds} s`;
}
