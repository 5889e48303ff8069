import type { Log } from '../log.ts';
import type { Metric } from '../metrics.ts';
import { daySpan, daysBetween, instantOf, istDay, slotsBetween } from '../slots.ts';
import { type Coverage, dayOf } from './day-row.ts';
import { SHARDS } from './keys.ts';
import type { Look } from './look.ts';
import { forEachLimit } from './pace.ts';
import type { SlotRow } from './rows.ts';
import type { Run, RunStore } from './run-store.ts';
import { expectedSlots, NOT_DELIVERED, toSeries, watchSpans } from './series.ts';
import { type SettleDeps, settle } from './settle.ts';
import { dayName, type SlotStore } from './slot-store.ts';
import type { Watch, WatchStore } from './watch-store.ts';

export type ReconcileDeps = SettleDeps & {
  readonly watches: Pick<WatchStore, 'page'>;
  readonly runs: Pick<RunStore, 'runs' | 'end' | 'endedDays' | 'endDay'>;
  readonly slots: Pick<SlotStore, 'put' | 'get' | 'page' | 'readDays' | 'putDay'>;
  readonly look: Look;
  /** How long after its window a slot is looked at: calls under way have ended by then. */
  readonly graceMs: number;
  readonly now: () => number;
  readonly metric: Metric;
  readonly log: Log;
};

export type ReconcileOutcome = {
  /** false: the time was up; what was written counts, and the next invocation does the rest. */
  readonly complete: boolean;
  readonly slots: ReadonlyMap<number, Coverage>;
  readonly days: readonly string[];
};

const HOUR_MS = 3_600_000;
/** After an outage of ours: so far back, and so many slots, are runs still brought to an end. */
const LOOK_BACK_MS = 26 * HOUR_MS;
const MOST_SLOTS = 312;
const LOOK_BACK_DAYS = 3;
/** Fifty accounts, a slot row and the latest row each, are one BatchGetItem. */
const CHUNK = 50;
const AT_ONCE = 16;

/**
 * Brings every run whose time has come to its end: writes `missed` where an expected slot has no row, counts, sends pending
 * events again, and after IST midnight writes the day rows. Everything it does may be done twice. It never calls EnKash.
 * @param deadline epoch ms before which to return
 */
export async function reconcile(deps: ReconcileDeps, deadline: number): Promise<ReconcileOutcome> {
  const open = await openSlots(deps);
  const counts = new Map<number, Coverage>();
  const inTime = await forEachPage(deps, deadline, (watches) => reconcileSlots(deps, watches, open, counts));
  if (!inTime) return { complete: false, slots: new Map(), days: [] };
  for (const slot of open) await endRun(deps, slot, counts.get(slot) ?? none);

  const days: string[] = [];
  for (const day of await openDays(deps)) {
    let accounts = 0;
    const done = await forEachPage(deps, deadline, async (watches) => {
      accounts += await reconcileDay(deps, watches, day);
    });
    if (!done) return { complete: false, slots: counts, days };
    await deps.runs.endDay(day, accounts);
    days.push(day);
  }
  return { complete: true, slots: counts, days };
}

const none: Coverage = { expected: 0, measured: 0, failed: 0, missed: 0 };

/** Slots that are due and not ended, ascending; from the oldest run known on, and always the newest one. */
async function openSlots({ runs, timetable, graceMs, now }: ReconcileDeps): Promise<number[]> {
  const to = now() - timetable.windowMs - graceMs + 1;
  const due = slotsBetween(timetable, { from: to - LOOK_BACK_MS, to }).slice(-MOST_SLOTS);
  const [oldest] = due;
  const newest = due.at(-1);
  if (oldest === undefined || newest === undefined) return [];
  const known = await runs.runs({ from: oldest, to });
  const ended = new Set(known.filter(isEnded).map(({ slot }) => slot));
  const first = Math.min(newest, ...known.map(({ slot }) => slot));
  return due.filter((slot) => slot >= first && !ended.has(slot));
}

function isEnded({ state }: Run): boolean {
  return state === 'ended';
}

/** IST days that are over, all their slots due, without a run. */
async function openDays({ runs, graceMs, now }: ReconcileDeps): Promise<string[]> {
  const last = istDay(daySpan(istDay(now() - graceMs)).from - 1);
  const first = istDay(daySpan(last).from - (LOOK_BACK_DAYS - 1) * 24 * HOUR_MS);
  const ended = await runs.endedDays(first, last);
  return daysBetween(first, last).filter((day) => !ended.has(day));
}

/** @returns false when the time was up first */
async function forEachPage(
  { watches, now }: ReconcileDeps,
  deadline: number,
  work: (page: readonly Watch[]) => Promise<void>,
): Promise<boolean> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    let after: string | undefined;
    do {
      if (now() >= deadline) return false;
      const page = await watches.page(shard, after);
      await work(page.watches);
      after = page.after;
    } while (after !== undefined);
  }
  return true;
}

type Due = { readonly watch: Watch; readonly slots: readonly number[] };

async function reconcileSlots(
  deps: ReconcileDeps,
  watches: readonly Watch[],
  open: readonly number[],
  counts: Map<number, Coverage>,
): Promise<void> {
  const [first = 0] = open;
  const asked = { from: first, to: (open.at(-1) ?? 0) + 1 };
  const isOpen = new Set(open);
  const due: Due[] = watches
    .map((watch) => {
      const expected = expectedSlots(deps.timetable, watchSpans(watch), asked, deps.now());
      return { watch, slots: expected.filter((slot) => isOpen.has(slot)) };
    })
    .filter(({ watch, slots }) => slots.length > 0 || watch.end === null || watch.end > deps.now() - LOOK_BACK_MS);
  const size = Math.max(1, Math.floor(CHUNK / Math.max(1, open.length)));
  await forEachLimit(chunks(due, size), AT_ONCE, async (chunk) => {
    const seen = await deps.look(
      chunk.flatMap(({ watch, slots }) => [{ account: watch }, ...slots.map((slot) => ({ account: watch, slot }))]),
    );
    for (const { watch, slots } of chunk) {
      const subject = { account: watch, start: watch.start, rule: watch.rule ?? undefined };
      for (const slot of slots) {
        const row = seen.slot({ account: watch, slot }) ?? (await miss(deps, watch, slot));
        counts.set(slot, add(counts.get(slot) ?? none, row));
        await settle(deps, subject, row, seen.latest(watch));
      }
      if (slots.length === 0) await settle(deps, subject, undefined, seen.latest(watch));
    }
  });
}

/** @returns the row that is there afterwards: a worker may have been faster */
async function miss({ slots }: ReconcileDeps, watch: Watch, slot: number): Promise<SlotRow> {
  const missed: SlotRow = { slot, status: 'missed', reason: NOT_DELIVERED };
  if (await slots.put(watch, missed)) return missed;
  return (await slots.get(watch, slot)) ?? missed;
}

function add(held: Coverage, { status }: SlotRow): Coverage {
  return { ...held, expected: held.expected + 1, [status]: held[status] + 1 };
}

async function endRun({ runs, metric, log }: ReconcileDeps, slot: number, coverage: Coverage): Promise<void> {
  await runs.end(slot, coverage);
  const { expected, measured, failed, missed } = coverage;
  log('info', 'run', { slot: instantOf(slot), outcome: 'ended', count: expected });
  metric('SlotsExpected', expected);
  metric('SlotsMeasured', measured);
  metric('SlotsFailed', failed);
  metric('SlotsMissed', missed);
  if (expected > 0) metric('Coverage', (100 * measured) / expected, {}, 'Percent');
}

/** @returns of how many accounts the day was written; those that have their row already keep it */
async function reconcileDay(deps: ReconcileDeps, watches: readonly Watch[], day: string): Promise<number> {
  const span = daySpan(day);
  const due = watches
    .map((watch) => ({ watch, expected: expectedSlots(deps.timetable, watchSpans(watch), span, deps.now()) }))
    .filter(({ expected }) => expected.length > 0);
  const present = await deps.slots.readDays(due.map(({ watch }) => ({ account: watch, day })));
  const wanted = due.filter(({ watch }) => !present.has(dayName(watch, day)));
  await forEachLimit(wanted, AT_ONCE, async ({ watch, expected }) => {
    const { rows } = await deps.slots.page(watch, span);
    await deps.slots.putDay(watch, dayOf(day, toSeries(rows, expected)));
  });
  return wanted.length;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
