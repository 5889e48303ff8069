import type { SlotRow } from '../account/snapshot.ts';
import { decideUnknown, UNKNOWN_AFTER_SLOTS } from '../alerts/decide.ts';
import type { Rows } from '../balances/read-rows.ts';
import { isWatchedAt } from '../balances/watch-spans.ts';
import { editionOf, type Watch } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { RECONCILE_PATIENCE_MS } from '../budgets.ts';
import { describeUnexpected } from '../log.ts';
import { slotsBefore } from '../timetables.ts';
import type { CloseDeps } from './close-slot.ts';
import type { JobMessage } from './job-message.ts';
import { tellOutage, tellUnavailable } from './outages.ts';
import { type JobOutcome, type PageResult, runJob } from './run-job.ts';
import { hasRules, type Judge, settleAlerts } from './settle-alerts.ts';

/** Three slots, the latest and the alerts row of twenty accounts are one BatchGetItem. */
const CHUNK = 20;
const AT_ONCE = 16;

/**
 * A part of judging what lacks a balance in a closed slot: where its partner cannot be read, the company is told of
 * once, and rules keep their phase; else a rule without a balance for three slots in a row becomes unknown.
 */
export async function judgeShard(deps: CloseDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  const slot = Date.parse(job.at);
  const last = [slot, ...slotsBefore(await deps.timetables(), slot, UNKNOWN_AFTER_SLOTS - 1)];
  const outage = new Set(job.outage);
  const told = new Set<string>();
  if (job.part === 0) await tellAgain(deps, outage);
  return runJob(deps, job, deadline, {
    page: (watches) => judgePage(deps, watches, { slot, last, outage, told }),
    patientUntil: slot + RECONCILE_PATIENCE_MS,
    givenUp: () => ({}),
  });
}

type Turn = {
  readonly slot: number;
  /** The slot and those right before it, the newest first. */
  readonly last: readonly number[];
  readonly outage: ReadonlySet<string>;
  /** Companies that this invocation has told of. */
  readonly told: Set<string>;
};

async function tellAgain(deps: CloseDeps, outage: ReadonlySet<string>): Promise<void> {
  for (const partner of outage) {
    for (const known of await deps.readings.outages(partner)) if (!known.isTold) await tellUnavailable(deps, known);
  }
}

async function judgePage(deps: CloseDeps, watches: readonly Watch[], turn: Turn): Promise<PageResult> {
  const broken: Watch[] = [];
  const partnerOf = (watch: Watch): string => deps.partnerOf(watch) ?? watch.partner;
  const concerned = watches.filter(
    (watch) => isWatchedAt(watch, turn.slot) && (hasRules(watch) || turn.outage.has(partnerOf(watch))),
  );
  await forEachLimit(inBatches(concerned, CHUNK), AT_ONCE, async (chunk) => {
    const seen = await deps.readRows(
      chunk.map((watch) => ({ account: watch, slots: turn.last, rows: ['latest', 'alerts'] })),
    );
    for (const watch of chunk) {
      try {
        await judgeAccount(deps, { ...watch, partner: partnerOf(watch) }, turn, seen);
      } catch (error) {
        const { companyId, cardAccountId } = watch;
        deps.log('error', 'reconcile', { companyId, cardAccountId, ...describeUnexpected(error) });
        broken.push(watch);
      }
    }
  });
  return { counts: {}, broken };
}

async function judgeAccount(deps: CloseDeps, watch: Watch, turn: Turn, seen: Rows): Promise<void> {
  const { partner, companyId } = watch;
  const rows = turn.last.map((slot) => seen.slot({ account: watch, slot }));
  if (turn.outage.has(partner)) {
    const name = `${partner} ${companyId}`;
    if (rows[0]?.status === 'measured' || turn.told.has(name)) return;
    turn.told.add(name);
    return tellOutage(deps, { partner, companyId }, turn.slot);
  }
  const { measuredSlot } = seen.latest(watch);
  if ((measuredSlot ?? 0) > turn.slot) return;
  await settleAlerts(deps, editionOf(watch), seen.alerts(watch), judgeUnknown(watch, turn, rows, measuredSlot));
}

/** All of the last slots belong to the rule and to the watch, and none of them has the rule's balance. */
function judgeUnknown(
  watch: Watch,
  { slot, last }: Turn,
  rows: readonly (SlotRow | undefined)[],
  measuredSlot: number | null,
): Judge {
  return (memory) => {
    const { since, balance } = memory.rule;
    const isWhole =
      last.length === UNKNOWN_AFTER_SLOTS && last.every((each) => each >= since && isWatchedAt(watch, each));
    const hasValue = rows.some((row) => row?.status === 'measured' && row.snapshot.balances[balance] !== null);
    return isWhole && !hasValue ? decideUnknown(memory, slot, measuredSlot) : { memory, occurrence: undefined };
  };
}
