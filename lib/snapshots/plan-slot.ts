import { SHARDS } from '../balances/keys.ts';
import type { Progress, RunStore } from '../balances/run-store.ts';
import type { TimetableStore } from '../balances/timetable-store.ts';
import type { Watch, WatchStore } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { PLAN_CLAIM_MS, PLAN_RENEW_MS, SCHEDULER_SKEW_MS } from '../budgets.ts';
import { slotText } from '../instants.ts';
import type { Log } from '../log.ts';
import { isSlot, type Timetable, windowOf } from '../slots.ts';
import { beginOf, isSameTimetable } from '../timetables.ts';
import { type PlanWatchesDeps, planWatches } from './plan-watches.ts';
import type { MessageBody } from './snapshot-message.ts';

export type Outgoing = { readonly partner: string; readonly body: string };

export type PlanDeps = PlanWatchesDeps & {
  readonly watches: Pick<WatchStore, 'page' | 'put'>;
  readonly runs: Pick<RunStore, 'begin' | 'keep' | 'planned' | 'runs'>;
  readonly timetables: TimetableStore;
  /** Sends up to ten messages; rejects when one of them was not taken. */
  readonly send: (batch: readonly Outgoing[]) => Promise<void>;
  /** The one of the settings. */
  readonly timetable: Timetable;
  /** A name for this invocation that no other has. */
  readonly newOwner: () => string;
  readonly log: Log;
};

export type PlanOutcome = {
  /**
   * `late`: the window is over, so nothing was sent and the reconciler writes `missed`.
   * `early`: nothing was claimed, so that the slot is planned when its time comes.
   */
  readonly outcome: 'planned' | 'already-planned' | 'busy' | 'late' | 'early' | 'not-a-slot';
  readonly count: number;
};

/** SendMessageBatch takes ten. */
const BATCH = 10;
const SENDS_AT_ONCE = 32;

/**
 * Sends one message for each account that is watched in the slot, page by page: memory does not grow with the registry.
 * A slot is planned once: a second firing does nothing, and one after a crash goes on where the first was.
 */
export async function planSlot(deps: PlanDeps, slot: number): Promise<PlanOutcome> {
  const { timetable, now, log } = deps;
  const done = (outcome: PlanOutcome['outcome'], count = 0): PlanOutcome => {
    log(outcome === 'planned' ? 'info' : 'warn', 'plan', { slot: slotText(slot), outcome, count });
    return { outcome, count };
  };
  if (!isSlot(timetable, slot)) return done('not-a-slot');
  if (now() >= windowOf(timetable, slot).to) return done('late');
  if (now() < slot - SCHEDULER_SKEW_MS) return done('early');

  const owner = deps.newOwner();
  await noteTimetable(deps, slot);
  const begun = await deps.runs.begin(slot, owner, PLAN_CLAIM_MS);
  if (begun.kind !== 'begun') return done(begun.kind === 'busy' ? 'busy' : 'already-planned');

  let { shard, after, planned, suspended = 0 }: Progress = begun.progress;
  let keptAt = now();
  while (shard < SHARDS) {
    const page = await deps.watches.page(shard, after);
    const { due, suspended: held } = await planWatches(deps, page.watches, slot);
    if (page.unreadable > 0) log('error', 'plan', { outcome: 'unreadable-watch', count: page.unreadable });
    await forEachLimit(inBatches(messagesOf(due, slot, windowOf(timetable, slot).to), BATCH), SENDS_AT_ONCE, deps.send);
    planned += due.length;
    suspended += held;
    after = page.after;
    if (after === undefined) shard += 1;
    if (now() - keptAt >= PLAN_RENEW_MS) {
      if (!(await deps.runs.keep(slot, owner, PLAN_CLAIM_MS, { shard, after, planned, suspended })))
        return done('busy', planned);
      keptAt = now();
    }
  }
  await deps.runs.planned(slot, owner, { planned, suspended });
  if (suspended > 0) log('warn', 'plan', { slot: slotText(slot), outcome: 'suspended', count: suspended });
  return done('planned', planned);
}

/** Notes a timetable that no run has seen before; what came before it keeps its own. */
async function noteTimetable({ timetables, timetable, runs }: PlanDeps, slot: number): Promise<void> {
  const last = (await timetables.eras()).at(-1);
  if (!last) return timetables.begin({ from: 0, timetable });
  if (isSameTimetable(last.timetable, timetable) || slot < last.from) return;
  const planned = await runs.runs({ from: slot - timetable.periodMs, to: slot });
  await timetables.begin({ from: beginOf(timetable, slot, planned.at(-1)?.slot), timetable });
}

function messagesOf(watches: readonly Watch[], slot: number, until: number): Outgoing[] {
  return watches.map((watch) => ({ partner: watch.partner, body: JSON.stringify(messageOf(watch, slot, until)) }));
}

function messageOf(watch: Watch, slot: number, until: number): MessageBody {
  const { partner, companyId, cardAccountId, start, rule } = watch;
  return { v: 1, slot: slotText(slot), until, partner, companyId, cardAccountId, start, ...(rule && { rule }) };
}
