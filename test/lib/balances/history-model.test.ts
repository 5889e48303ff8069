import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import type { AccountKey } from '../../../lib/account-key.ts';
import { coverageOf, dayOf } from '../../../lib/balances/day-row.ts';
import { asOf, dayHistory, slotHistory } from '../../../lib/balances/history.ts';
import type { SlotStore } from '../../../lib/balances/slot-store.ts';
import { forEachLimit } from '../../../lib/batches.ts';
import { daysBetween, istDay, type Span } from '../../../lib/calendar.ts';
import { slotsBetween } from '../../../lib/slots.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { depsOver } from '../../rigs/history.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { accountNumber, MINUTE, measured, midnight, missed, quarterHours, watchOf } from '../../rigs/samples.ts';

const DAY = 86_400_000;
const dynamo = await startTable();

type Delivery = { readonly slot: number; readonly value: number; readonly delay: number };
/** A month as it happened: when the account was watched, and what arrived when, in order of arrival. */
type Month = { readonly watched: readonly Span[]; readonly deliveries: readonly Delivery[]; readonly now: number };

const slotIndex = fc.integer({ min: 0, max: 31 * 96 - 1 });
const month: fc.Arbitrary<Month> = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: 31 * 96 * 15 }), { minLength: 1, maxLength: 5 }),
    holes: fc.array(fc.tuple(slotIndex, fc.integer({ min: 1, max: 150 })), { maxLength: 6 }),
    late: fc.array(slotIndex, { maxLength: 30 }),
    failed: fc.array(slotIndex, { maxLength: 60 }),
    twice: fc.array(slotIndex, { maxLength: 60 }),
    value: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    day: fc.integer({ min: 20, max: 31 }),
  })
  .map(({ cuts, holes, late, failed, twice, value, day }) => {
    const edges = cuts.sort((a, b) => a - b).map((minute) => midnight + minute * MINUTE);
    const watched: Span[] = [];
    for (let index = 0; index < edges.length; index += 2) {
      watched.push({ from: edges[index] ?? 0, to: edges[index + 1] ?? Number.POSITIVE_INFINITY });
    }
    const gone = new Set(holes.flatMap(([from, length]) => Array.from({ length }, (_, offset) => from + offset)));
    const all = slotsBetween(quarterHours, { from: midnight, to: midnight + day * DAY });
    const taken = all.filter(
      (slot, index) => !gone.has(index) && watched.some(({ from, to }) => from <= slot && slot < to),
    );
    const deliveries = taken.flatMap((slot) => {
      const index = (slot - midnight) / (15 * MINUTE);
      const delay = late.includes(index) ? 301_000 : 2_000;
      const first = { slot, value: failed.includes(index) ? Number.NaN : value + index * 7, delay };
      return twice.includes(index) ? [first, { slot, value: value - 1, delay: delay + 100_000 }] : [first];
    });
    return { watched, deliveries, now: midnight + day * DAY };
  });

/** The rules of architecture.md section 6 in their plainest form. */
function model({ watched, deliveries, now }: Month): SlotRow[] {
  const rows = new Map<number, SlotRow>();
  for (const { slot, value, delay } of deliveries) {
    const held = rows.get(slot);
    if (delay >= 300_000) {
      if (!held) rows.set(slot, missed(slot, 'late'));
    } else if (Number.isNaN(value)) {
      if (!held) rows.set(slot, { slot, status: 'failed', reason: 'upstream-timeout' });
    } else if (!held || held.status === 'failed') {
      rows.set(slot, measured(slot, value, slot + delay));
    }
  }
  for (const slot of slotsBetween(quarterHours, { from: midnight, to: now })) {
    const expected = watched.some(({ from, to }) => from <= slot && slot < to) && slot + 300_000 <= now;
    if (expected && !rows.has(slot)) rows.set(slot, missed(slot));
  }
  return [...rows.values()].sort((a, b) => a.slot - b.slot);
}

async function store(slots: SlotStore, of: AccountKey, { deliveries }: Month): Promise<void> {
  const bySlot = [...Map.groupBy(deliveries, ({ slot }) => slot).values()];
  await forEachLimit(bySlot, 16, async (inOrder) => {
    for (const { slot, value, delay } of inOrder) {
      if (delay >= 300_000) await slots.put(of, missed(slot, 'late'));
      else if (Number.isNaN(value)) await slots.put(of, { slot, status: 'failed', reason: 'upstream-timeout' });
      else await slots.put(of, measured(slot, value, slot + delay));
    }
  });
}

describe('the history of any month', () => {
  test.each([
    { where: 'memory', table: () => createMemoryTable(), numRuns: 40 },
    { where: 'DynamoDB', table: () => dynamo.table, numRuns: 2 },
  ])('is what the plainest model says: slots, pages, days and any instant ($where)', async ({ table, numRuns }) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(month, fc.integer({ min: 1, max: 700 }), fc.nat(), async (happened, limit, seed) => {
        run += 1;
        const account = accountNumber(1_000_000 + run);
        const deps = depsOver(table(), happened.now);
        await store(deps.slots, account, happened);
        const current = happened.watched.at(-1);
        const watch = {
          ...account,
          partner: 'acme',
          caller: 'erp',
          start: current?.from ?? 0,
          end: current && Number.isFinite(current.to) ? current.to : null,
          past: happened.watched.slice(0, -1),
        };
        await deps.watches.put(watchOf(watch), undefined);
        const expected = model(happened);
        const span = { from: midnight, to: happened.now };

        const items: SlotRow[] = [];
        let from: number | null = span.from;
        while (from !== null) {
          const page: Awaited<ReturnType<typeof slotHistory>> = await slotHistory(
            deps,
            account,
            { from, to: span.to },
            limit,
          );
          expect(page.coverage).toEqual(coverageOf(page.items));
          expect(page.items.length).toBeLessThanOrEqual(limit);
          items.push(...page.items);
          from = page.next;
        }
        expect(items).toEqual(expected);
        const { expected: due, measured: got, failed, missed: gone } = coverageOf(items);
        expect(got + failed + gone).toBe(due);

        const days = daysBetween(istDay(span.from), istDay(span.to - 1))
          .map((day) =>
            dayOf(
              day,
              expected.filter(({ slot }) => istDay(slot) === day),
            ),
          )
          .filter(({ coverage }) => coverage.expected > 0);
        expect((await dayHistory(deps, account, span, 400)).items).toEqual(days);
        const [stored] = days;
        if (stored) await deps.days.put(account, stored);
        const paged = await dayHistory(deps, account, span, 7);
        const rest = await dayHistory(deps, account, { from: paged.next ?? span.to, to: span.to }, 400);
        expect([...paged.items, ...rest.items]).toEqual(days);

        const at = midnight + (seed % (31 * DAY));
        const last = expected.filter((row) => row.status === 'measured' && row.observedAt <= at).at(-1);
        const answered = await asOf(deps, account, at);
        expect(answered?.slot).toBe(last?.slot);
      }),
      { numRuns },
    );
  });
});
