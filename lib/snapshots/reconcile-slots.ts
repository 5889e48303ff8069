import type { SlotRow } from '../account/snapshot.ts';
import type { Coverage } from '../balances/day-row.ts';
import type { ReadRows, Rows } from '../balances/read-rows.ts';
import { expectedSlots, NOT_DELIVERED } from '../balances/series.ts';
import type { SlotStore } from '../balances/slot-store.ts';
import { watchSpans } from '../balances/watch-spans.ts';
import type { Watch } from '../balances/watch-store.ts';
import { forEachLimit, inBatches } from '../batches.ts';
import { DAY_MS } from '../calendar.ts';
import { describeUnexpected } from '../log.ts';
import type { Timetables } from '../timetables.ts';
import { type UpdateLatestDeps, updateLatest } from './update-latest.ts';

export type SlotDeps = UpdateLatestDeps & {
  readonly readRows: ReadRows;
  readonly slots: Pick<SlotStore, 'put' | 'get'>;
  readonly now: () => number;
};

/** What was counted of each open slot, and the slots of which an account could not be worked on. */
export type Tally = { readonly counts: Map<number, Coverage>; readonly broken: Set<number> };

type Due = { readonly watch: Watch; readonly slots: readonly number[] };

/** Fifty accounts, a slot row and the latest row each, are one BatchGetItem. */
const CHUNK = 50;
const AT_ONCE = 16;
/** An account that was let go may still have an event to deliver. */
const AFTER_END_MS = DAY_MS;

/** Some accounts' part in the open slots: holes become `missed`, rows are counted and settled. One account's failure stays its own. */
export async function reconcileSlots(
  deps: SlotDeps,
  timetables: Timetables,
  watches: readonly Watch[],
  open: readonly number[],
  tally: Tally,
): Promise<void> {
  const now = deps.now();
  const asked = { from: open[0] ?? 0, to: (open.at(-1) ?? -1) + 1 };
  const isOpen = new Set(open);
  const due: Due[] = watches
    .map((watch) => {
      const expected = expectedSlots(timetables, watchSpans(watch), asked, now);
      return { watch, slots: expected.filter((slot) => isOpen.has(slot)) };
    })
    .filter(({ watch, slots }) => slots.length > 0 || watch.end === null || watch.end > now - AFTER_END_MS);
  const size = Math.max(1, Math.floor(CHUNK / Math.max(1, open.length)));
  await forEachLimit(inBatches(due, size), AT_ONCE, async (chunk) => {
    const seen = await deps.readRows(
      chunk.flatMap(({ watch, slots }) => [{ account: watch }, ...slots.map((slot) => ({ account: watch, slot }))]),
    );
    for (const account of chunk) await reconcileAccount(deps, account, seen, tally);
  });
}

async function reconcileAccount(deps: SlotDeps, due: Due, seen: Rows, { counts, broken }: Tally): Promise<void> {
  const { watch, slots } = due;
  const subject = { account: watch, start: watch.start, rule: watch.rule ?? undefined };
  const uncounted = new Set(slots);
  const count = (slot: number, status: SlotRow['status']): void => {
    const held = counts.get(slot);
    if (held) counts.set(slot, { ...held, expected: held.expected + 1, [status]: held[status] + 1 });
    uncounted.delete(slot);
  };
  try {
    for (const slot of slots) {
      const row = seen.slot({ account: watch, slot }) ?? (await miss(deps, watch, slot));
      count(slot, row.status);
      await updateLatest(deps, subject, row, seen.latest(watch));
    }
    if (slots.length === 0) await updateLatest(deps, subject, undefined, seen.latest(watch));
  } catch (error) {
    const { companyId, cardAccountId, partner } = watch;
    deps.log('error', 'reconcile', { companyId, cardAccountId, partner, ...describeUnexpected(error) });
    for (const slot of slots) broken.add(slot);
    for (const slot of uncounted) count(slot, 'failed');
  }
}

/** @returns the row that is there afterwards: a worker may have been faster */
async function miss({ slots }: SlotDeps, watch: Watch, slot: number): Promise<SlotRow> {
  const missed: SlotRow = { slot, status: 'missed', reason: NOT_DELIVERED };
  if (await slots.put(watch, missed)) return missed;
  return (await slots.get(watch, slot)) ?? missed;
}
