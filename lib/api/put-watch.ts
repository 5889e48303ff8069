import type { CardAccount } from '../account/account.ts';
import { snapshotOf } from '../account/snapshot.ts';
import type { RulesInput } from '../alerts/rule.ts';
import type { LatestStore } from '../balances/latest-store.ts';
import type { Watch } from '../balances/watch-store.ts';
import type { EnkashClient, Reading } from '../enkash/client.ts';
import { RequestError } from '../errors.ts';
import { type WatchingDeps, type WatchRequest, watch } from '../snapshots/watch-account.ts';

export type PutWatchDeps = WatchingDeps & {
  readonly enkash: Pick<EnkashClient, 'readSummary'>;
  readonly latest: Pick<LatestStore, 'offer'>;
};

/**
 * Watches an account that EnKash has: it is read live first, so that a typo is never watched, and what was read is kept.
 * @throws as the read and as `watch`; RequestError for a rule on a balance that the account does not state
 */
export async function putWatch(
  deps: PutWatchDeps,
  request: WatchRequest,
): Promise<{ readonly created: boolean; readonly watch: Watch }> {
  const { account, partner, deadline } = request;
  request.require(await deps.watches.get(account));
  const reading = await deps.enkash.readSummary({ ...account, partner, deadline });
  requireStated(request.rules ?? {}, reading);
  const watched = await watch(deps, request);
  await Promise.all([
    deps.known.add(account, reading.account),
    deps.latest.offer(account, {
      ...{ slot: null, observedAt: reading.observedAt },
      snapshot: snapshotOf(reading.account),
    }),
  ]);
  return watched;
}

function requireStated(rules: RulesInput, { account: { balances } }: Reading<CardAccount>): void {
  const unstated = Object.entries(rules).filter(([, { balance }]) => balances[balance] === null);
  if (unstated.length === 0) return;
  const message = 'is a balance that EnKash does not state of this account';
  throw new RequestError(
    'INVALID_REQUEST',
    unstated.map(([name]) => ({ field: `rules.${name}.balance`, message })),
  );
}
