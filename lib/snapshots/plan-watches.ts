import type { WatchQuota } from '../balances/watch-quota.ts';
import { isWatchedAt, resumed, suspended } from '../balances/watch-spans.ts';
import { nextEdition, type Watch, type WatchStore } from '../balances/watch-store.ts';
import { forEachLimit } from '../batches.ts';
import { DAY_MS } from '../calendar.ts';
import type { PartnerOf } from '../grants.ts';

/** A watch that no grant covers ends after this; covered again before, it goes on. */
const SUSPENDED_MS = 7 * DAY_MS;
const WRITES_AT_ONCE = 16;

export type PlanWatchesDeps = {
  readonly watches: Pick<WatchStore, 'put'>;
  readonly quota: Pick<WatchQuota, 'giveBack'>;
  readonly partnerOf: PartnerOf;
  readonly now: () => number;
};

export type DueWatches = {
  /** Those to plan, each with the partner that the grants name now. */
  readonly due: readonly Watch[];
  /** How many are held back because no grant covers them. */
  readonly suspended: number;
};

/** Which watches are in the schedule at a slot; suspends, resumes and ends those whose grants have changed. */
export async function planWatches(deps: PlanWatchesDeps, watches: readonly Watch[], slot: number): Promise<DueWatches> {
  const due: Watch[] = [];
  const changed: { readonly watch: Watch; readonly next: Watch }[] = [];
  let held = 0;
  for (const watch of watches) {
    const partner = deps.partnerOf(watch);
    if (partner === undefined) {
      if (watch.end === null) held += 1;
      const next = withoutGrant(watch, slot, deps.now());
      if (next) changed.push({ watch, next });
    } else {
      const next = watch.end === null && watch.suspended !== null ? resumed(watch, slot) : watch;
      if (next !== watch) changed.push({ watch, next });
      if (isWatchedAt(next, slot)) due.push({ ...next, partner });
    }
  }
  await forEachLimit(changed, WRITES_AT_ONCE, ({ watch, next }) => store(deps, watch, next));
  return { due, suspended: held };
}

/** @returns undefined when nothing changes */
function withoutGrant(watch: Watch, slot: number, now: number): Watch | undefined {
  if (watch.end !== null) return undefined;
  if (watch.suspended === null) return watch.start < slot ? suspended(watch, slot) : undefined;
  return slot - watch.suspended >= SUSPENDED_MS ? { ...watch, end: now, edition: nextEdition(watch, now) } : undefined;
}

/** Who has changed the watch meanwhile knows better; the next slot looks again. */
async function store({ watches, quota }: PlanWatchesDeps, watch: Watch, next: Watch): Promise<void> {
  if ((await watches.put(next, watch)) && next.end !== null) await quota.giveBack(watch.caller);
}
