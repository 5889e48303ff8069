import type { ReadRows } from '../balances/read-rows.ts';
import { isWatchedAt } from '../balances/watch-spans.ts';
import { editionOf, type Watch } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { describeUnexpected } from '../log.ts';
import { hasRules, type SettleDeps, settleAlerts } from './settle-alerts.ts';

export type UnjudgedDeps = SettleDeps & { readonly readRows: ReadRows; readonly now: () => number };

/** One row each: a full BatchGetItem. */
const CHUNK = 100;
const AT_ONCE = 16;

/**
 * Sends what still waits of accounts that no slot is judged of: their watch has ended or is suspended, or has no rules. For
 * a day after the change the closing of slots does it; once a day this does, for as long as the registry knows them.
 * @returns those that could not be worked on
 */
export async function settleUnjudged(deps: UnjudgedDeps, watches: readonly Watch[]): Promise<readonly Watch[]> {
  const unjudged = watches.filter((watch) => !hasRules(watch) || !isWatchedAt(watch, deps.now()));
  const broken: Watch[] = [];
  await forEachLimit(inBatches(unjudged, CHUNK), AT_ONCE, async (chunk) => {
    const seen = await deps.readRows(chunk.map((watch) => ({ account: watch, rows: ['alerts'] })));
    for (const watch of chunk) {
      try {
        await settleAlerts(deps, editionOf(watch), seen.alerts(watch));
      } catch (error) {
        const { companyId, cardAccountId } = watch;
        deps.log('error', 'reconcile', { companyId, cardAccountId, ...describeUnexpected(error) });
        broken.push(watch);
      }
    }
  });
  return broken;
}
