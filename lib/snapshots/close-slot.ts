import type { SlotRow } from '../account/snapshot.ts';
import { sumTallies } from '../balances/job-store.ts';
import type { LatestStore } from '../balances/latest-store.ts';
import type { ReadRows, Rows, Wanted } from '../balances/read-rows.ts';
import type { RunStore } from '../balances/run-store.ts';
import { NOT_DELIVERED } from '../balances/series.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import type { ReadTimetables } from '../balances/timetable-store.ts';
import { isWatchedAt } from '../balances/watch-spans.ts';
import { editionOf, type Watch } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { RECONCILE_PATIENCE_MS } from '../budgets.ts';
import { DAY_MS } from '../calendar.ts';
import type { PartnerOf } from '../grants.ts';
import { describeUnexpected } from '../log.ts';
import { slotsBefore } from '../timetables.ts';
import type { JobMessage } from './job-message.ts';
import { afterClose, type OutageDeps } from './outages.ts';
import { type JobOutcome, type PageResult, type RunJobDeps, runJob } from './run-job.ts';
import { type ReportDeps, reportRun } from './run-report.ts';
import { hasRules, judgeRow, type SettleDeps, settleAlerts } from './settle-alerts.ts';
import { noteMeasured } from './take-snapshots.ts';

export type CloseDeps = RunJobDeps &
  SettleDeps &
  ReportDeps &
  OutageDeps & {
    readonly readRows: ReadRows;
    readonly slots: Pick<SlotStore, 'put' | 'get'>;
    readonly latest: Pick<LatestStore, 'measured'>;
    readonly runs: Pick<RunStore, 'end' | 'runs'>;
    readonly timetables: ReadTimetables;
    readonly partnerOf: PartnerOf;
  };

/** Fifty accounts with one or two rows each are one BatchGetItem. */
const CHUNK = 50;
const AT_ONCE = 16;
/** An account that was let go, or whose rules were changed, may still have an event to deliver; later, the closing of a day looks. */
const AFTER_CHANGE_MS = DAY_MS;

/**
 * A part of closing a slot: holes become `missed`, rows are counted, what a dead worker left undone of a measured
 * slot is done, and events that wait are sent. The last part to be done ends the run. It never calls EnKash.
 * @param deadline epoch ms before which to return
 */
export async function closeShard(deps: CloseDeps, job: JobMessage, deadline: number): Promise<JobOutcome> {
  const slot = Date.parse(job.at);
  const [previous] = slotsBefore(await deps.timetables(), slot, 1);
  const outcome = await runJob(deps, job, deadline, {
    page: (watches) => closePage(deps, watches, { slot, previous }),
    patientUntil: slot + RECONCILE_PATIENCE_MS,
    givenUp: (watch) => countsOf(deps, watch, 'failed'),
  });
  if (outcome === 'done') await endRun(deps, slot, job);
  return outcome;
}

type Turn = { readonly slot: number; readonly previous: number | undefined };

async function closePage(deps: CloseDeps, watches: readonly Watch[], turn: Turn): Promise<PageResult> {
  const counts: Record<string, number> = {};
  const broken: Watch[] = [];
  const concerned = watches.filter((watch) => isWatchedAt(watch, turn.slot) || mayHaveEvents(watch, deps.now()));
  await forEachLimit(inBatches(concerned, CHUNK), AT_ONCE, async (chunk) => {
    const seen = await deps.readRows(chunk.map((watch) => wantedOf(deps, watch, turn.slot)));
    for (const watch of chunk) {
      try {
        for (const [name, value] of Object.entries(await closeAccount(deps, watch, turn, seen))) {
          counts[name] = (counts[name] ?? 0) + value;
        }
      } catch (error) {
        const { companyId, cardAccountId } = watch;
        deps.log('error', 'reconcile', { companyId, cardAccountId, ...describeUnexpected(error) });
        broken.push(watch);
      }
    }
  });
  return { counts, broken };
}

function mayHaveEvents(watch: Watch, now: number): boolean {
  return watch.edition > now - AFTER_CHANGE_MS || (watch.end !== null && watch.end > now - AFTER_CHANGE_MS);
}

function wantedOf({ now }: CloseDeps, watch: Watch, slot: number): Wanted {
  const alerts = hasRules(watch) || mayHaveEvents(watch, now());
  return {
    account: watch,
    slots: isWatchedAt(watch, slot) ? [slot] : [],
    rows: alerts ? ['latest', 'alerts'] : ['latest'],
  };
}

async function closeAccount(
  deps: CloseDeps,
  watch: Watch,
  { slot, previous }: Turn,
  seen: Rows,
): Promise<Record<string, number>> {
  const isExpected = isWatchedAt(watch, slot);
  const row = isExpected ? (seen.slot({ account: watch, slot }) ?? (await miss(deps, watch, slot))) : undefined;
  const { measuredSlot } = seen.latest(watch);
  if (row?.status === 'measured') await noteMeasured(deps, watch, row, measuredSlot);
  if (hasRules(watch) || mayHaveEvents(watch, deps.now())) {
    const isNewest = row !== undefined && (measuredSlot ?? 0) <= slot;
    await settleAlerts(deps, editionOf(watch), seen.alerts(watch), isNewest ? judgeRow(row, previous) : undefined);
  }
  if (row === undefined) return {};
  const lacks = row.status !== 'measured' || lacksBalance(watch, row);
  return { ...countsOf(deps, watch, row.status), ...(lacks && hasRules(watch) && { ruled: 1 }) };
}

/** A slot in which EnKash did not state the balance of a rule counts as without a balance for that rule. */
function lacksBalance({ rules }: Watch, row: SlotRow): boolean {
  return (
    row.status === 'measured' && Object.values(rules).some(({ balance }) => row.snapshot.balances[balance] === null)
  );
}

function countsOf(
  { partnerOf }: CloseDeps,
  watch: Watch | undefined,
  status: SlotRow['status'],
): Record<string, number> {
  const partner = watch && (partnerOf(watch) ?? watch.partner);
  return {
    expected: 1,
    [status]: 1,
    ...(partner !== undefined && { [`planned:${partner}`]: 1 }),
    ...(partner !== undefined && status !== 'measured' && { [`without:${partner}`]: 1 }),
  };
}

/** @returns the row that is there afterwards: a worker may have been faster */
async function miss({ slots }: CloseDeps, watch: Watch, slot: number): Promise<SlotRow> {
  const missed: SlotRow = { slot, status: 'missed', reason: NOT_DELIVERED };
  if (await slots.put(watch, missed)) return missed;
  return (await slots.get(watch, slot)) ?? missed;
}

/** Once every part is done: decides what is told of outages, sends what is to be judged, and ends the run. */
async function endRun(deps: CloseDeps, slot: number, { at, of }: JobMessage): Promise<void> {
  const parts = await deps.jobs.allDone('close', at, of);
  if (!parts) return;
  const { counts } = sumTallies(parts.map(({ tally }) => tally));
  await afterClose(deps, slot, counts, of);
  const { expected = 0, measured = 0, failed = 0, missed = 0 } = counts;
  const coverage = { expected, measured, failed, missed };
  if (await deps.runs.end(slot, coverage)) reportRun(deps, slot, coverage);
}
