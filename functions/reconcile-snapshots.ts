import * as z from 'zod/mini';
import { RECONCILE_RESERVE_MS } from '../lib/budgets.ts';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';
import { type ReconcileDeps, reconcile } from '../lib/snapshots/reconcile.ts';

export type ReconcileReport = { readonly complete: boolean; readonly slots: number; readonly days: readonly string[] };

/** Of the time that is left, so much (at most 20 s) is kept for the page that is under way. */
const RESERVE = 0.2;

/** Ends the runs that are due; what there is to do is read from the table and the clock, not from the event. */
export function createHandler(deps: ReconcileDeps): (event: unknown, context: Remaining) => Promise<ReconcileReport> {
  return jobHandler({ name: 'reconcile', schema: z.unknown(), log: deps.log }, async (_event, context: Remaining) => {
    const left = context.getRemainingTimeInMillis();
    const outcome = await reconcile(deps, deps.now() + left - Math.min(RECONCILE_RESERVE_MS, left * RESERVE));
    return { complete: outcome.complete, slots: outcome.slots.size, days: outcome.days };
  });
}
