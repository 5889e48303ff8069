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
import { afterJudge, isOvertaken, outagesOf, tellOutage } from './outages.ts';
import { type JobOutcome, type PageResult, runJob } from './run-job.ts';
import { hasRules, type Judge, settleAlerts } from './settle-alerts.ts';

/** Three slots, the latest and the alerts row of twenty accounts are one BatchGetItem. */
const CHUNK = 20;
const AT_ONCE = 16;

/**
 * A part of judging what lacks a balance in a closed slot: where its partner cannot be read, the company is told of
 * once, and its rules keep their phase; else a rule without a balance for three slots in a row becomes unknown. A slot
 * after which a newer one has ended is not judged: the newer one looks at it too.
 */
export async function judgeShard(deps: CloseDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  const slot = Date.parse(job.at);
  if (await isOvertaken(deps, slot)) return 'done';
  const last = [slot, ...slotsBefore(await deps.timetables(), slot, UNKNOWN_AFTER_SLOTS - 1)];
  const outage = new Set(job.outage);
  const known = await outagesOf(deps, outage);
  const turn = { slot, last, outage, told: new Set(known.map(nameOf)), noted: new Set<string>() };
  const outcome = await runJob(deps, job, deadline, {
    page: (watches) => judgePage(deps, watches, turn),
    patientUntil: slot + RECONCILE_PATIENCE_MS,
    givenUp: () => ({}),
  });
  if (outcome === 'done' && (await deps.jobs.allDone('judge', job.at, job.of)))
    await afterJudge(deps, slot, [...outage]);
  return outcome;
}

function nameOf({ partner, companyId }: { readonly partner: string; readonly companyId: string }): string {
  return `${partner} ${companyId}`;
}

type Turn = {
  readonly slot: number;
  /** The slot and those right before it, the newest first. */
  readonly last: readonly number[];
  readonly outage: ReadonlySet<string>;
  /** Companies that consumers know to be out. */
  readonly told: Set<string>;
  /** Companies of which this invocation has noted that they are out in the slot. */
  readonly noted: Set<string>;
};

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
  const rows = turn.last.map((slot) => seen.slot({ account: watch, slot }));
  const company = nameOf(watch);
  if (turn.outage.has(watch.partner) && rows[0]?.status !== 'measured') {
    if (turn.noted.has(company)) return;
    const { partner, companyId } = watch;
    if (turn.told.has(company)) await deps.readings.lasts({ partner, companyId }, turn.slot);
    else await tellOutage(deps, { partner, companyId }, turn.slot);
    turn.noted.add(company);
    turn.told.add(company);
  }
  if (turn.told.has(company)) return;
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
