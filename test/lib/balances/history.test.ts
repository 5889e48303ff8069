import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import type { AccountKey } from '../../../lib/account-key.ts';
import { coverageOf, dayOf } from '../../../lib/balances/day-row.ts';
import { createDayStore } from '../../../lib/balances/day-store.ts';
import { asOf, dayHistory, slotHistory } from '../../../lib/balances/history.ts';
import { createSlotStore, type SlotStore } from '../../../lib/balances/slot-store.ts';
import type { Table } from '../../../lib/balances/table.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { forEachLimit } from '../../../lib/batches.ts';
import { daySpan, daysBetween, istDay, type Span } from '../../../lib/calendar.ts';
import { slotsBetween } from '../../../lib/slots.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, MINUTE, measured, midnight, missed, quarterHours } from '../../rigs/samples.ts';

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

function depsOver(table: Table, now: number) {
  return {
    slots: createSlotStore(table, () => now),
    days: createDayStore(table),
    watches: createWatchStore(table),
    timetable: quarterHours,
    now: () => now,
  };
}

describe('the history of a month', () => {
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
          rule: null,
        };
        await deps.watches.put(watch, undefined);
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
        const last = expected.filter(({ slot, status }) => slot <= at && status === 'measured').at(-1);
        const answered = await asOf(deps, account, at);
        expect(answered?.slot).toBe(last?.slot);
      }),
      { numRuns },
    );
  });

  test('of a whole day is that of its slots, on both sides of 18:30 UTC', async () => {
    const now = midnight + 2 * DAY;
    const deps = depsOver(createMemoryTable(), now);
    await deps.watches.put(
      { ...account, partner: 'acme', caller: 'erp', start: midnight - 30 * MINUTE, end: null, past: [], rule: null },
      undefined,
    );
    await deps.slots.put(account, measured(midnight - 15 * MINUTE, 1));
    await deps.slots.put(account, measured(midnight, 2));
    const { items } = await dayHistory(deps, account, { from: midnight - DAY, to: midnight + DAY }, 10);
    expect(items.map(({ day, coverage, range }) => [day, coverage.expected, range?.close.available])).toEqual([
      ['2026-11-22', 2, 1],
      ['2026-11-23', 96, 2],
    ]);
  });

  test('shows no slot before its window is over, unless it has a row', async () => {
    const at = midnight + 299_999;
    const deps = depsOver(createMemoryTable(), at);
    await deps.watches.put(
      { ...account, partner: 'acme', caller: 'erp', start: midnight, end: null, past: [], rule: null },
      undefined,
    );
    const span = { from: midnight, to: midnight + DAY };
    expect((await slotHistory(deps, account, span, 10)).items).toEqual([]);
    expect((await slotHistory({ ...deps, now: () => at + 1 }, account, span, 10)).items).toEqual([missed(midnight)]);
    await deps.slots.put(account, measured(midnight, 5));
    expect((await slotHistory(deps, account, span, 10)).items).toEqual([measured(midnight, 5)]);
  });

  test('hides rows that have expired but are not deleted yet', async () => {
    const now = midnight + 91 * DAY;
    const deps = depsOver(createMemoryTable(), now);
    await deps.slots.put(account, measured(midnight, 5));
    await deps.slots.put(account, measured(midnight + 2 * DAY, 6));
    const { items } = await slotHistory(deps, account, { from: midnight, to: now }, 10);
    expect(items).toEqual([measured(midnight + 2 * DAY, 6)]);
    expect(await asOf(deps, account, midnight + DAY)).toBeUndefined();
  });

  test('calls no slot missed whose row has just expired, nor a day of which some have', async () => {
    const now = midnight + 90 * DAY + 15 * MINUTE;
    const deps = depsOver(createMemoryTable(), now);
    await deps.watches.put(
      {
        ...account,
        partner: 'acme',
        caller: 'erp',
        start: midnight,
        end: midnight + 60 * MINUTE,
        past: [],
        rule: null,
      },
      undefined,
    );
    const all = [0, 15, 30, 45].map((minute) => midnight + minute * MINUTE);
    for (const slot of all) await deps.slots.put(account, measured(slot, 5));
    const span = { from: midnight, to: midnight + DAY };
    expect((await slotHistory(deps, account, span, 10)).coverage).toEqual({
      expected: 2,
      measured: 2,
      failed: 0,
      missed: 0,
    });
    expect((await dayHistory(deps, account, span, 10)).items).toEqual([]);
  });

  test('gives no cursor beyond its end, and no day of an empty span', async () => {
    const deps = depsOver(createMemoryTable(), midnight + DAY);
    for (const minute of [0, 15]) await deps.slots.put(account, measured(midnight + minute * MINUTE, 5));
    const to = midnight + 15 * MINUTE + 1;
    expect((await slotHistory(deps, account, { from: midnight, to }, 2)).next).toBeNull();
    const noon = midnight + DAY / 2;
    await deps.days.put(account, dayOf('2026-11-23', [measured(midnight, 5)]));
    expect((await dayHistory(deps, account, { from: noon, to: noon }, 10)).items).toEqual([]);
  });

  test('is known by its day when the slots have expired', async () => {
    const now = midnight + 200 * DAY;
    const deps = depsOver(createMemoryTable(), now);
    await deps.days.put(account, dayOf('2026-11-23', [measured(midnight, 5), measured(midnight + 60 * MINUTE, 6)]));
    await deps.days.put(account, dayOf('2026-11-24', [missed(midnight + DAY)]));
    expect(await asOf(deps, account, midnight + 2 * DAY)).toMatchObject({
      slot: midnight + 60 * MINUTE,
      balances: { available: 6 },
    });
    expect(await asOf(deps, account, midnight + 30 * MINUTE)).toBeUndefined();
  });

  test('comes from DynamoDB in two requests, a month of 15-minute slots with long ids included', async () => {
    const wide = { companyId: 'CEKTEST001', cardAccountId: `CA${'Z'.repeat(62)}` };
    const now = midnight + 31 * DAY;
    const slots = createSlotStore(dynamo.table, () => now);
    const watches = createWatchStore(dynamo.table);
    const all = slotsBetween(quarterHours, { from: midnight, to: now });
    for (let index = 0; index < all.length; index += 50) {
      await Promise.all(all.slice(index, index + 50).map((slot) => slots.put(wide, measured(slot, 89_813_800))));
    }
    dynamo.sent.length = 0;
    const deps = { slots, days: createDayStore(dynamo.table), watches, timetable: quarterHours, now: () => now };
    const { items, next } = await slotHistory(deps, wide, daySpanOfMonth(), 3000);
    expect(items).toHaveLength(31 * 96);
    expect(next).toBeNull();
    expect(dynamo.sent.sort()).toEqual(['GetItemCommand', 'QueryCommand']);
    function daySpanOfMonth(): Span {
      return { from: daySpan('2026-11-23').from, to: now };
    }
  });

  test('finds the last measured slot behind a long outage', async () => {
    const other = accountNumber(7);
    const slots = createSlotStore(dynamo.table, () => midnight + DAY);
    await slots.put(other, measured(midnight, 5));
    for (let index = 1; index < 40; index += 1) await slots.put(other, missed(midnight + index * 15 * MINUTE));
    expect(await slots.lastMeasured(other, midnight + DAY)).toEqual(measured(midnight, 5));
    expect(await slots.lastMeasured(other, midnight - 1)).toBeUndefined();
  });
});
