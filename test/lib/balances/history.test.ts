import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../lib/balances/day-row.ts';
import { createDayStore } from '../../../lib/balances/day-store.ts';
import { asOf, dayHistory, slotHistory } from '../../../lib/balances/history.ts';
import { createSlotStore } from '../../../lib/balances/slot-store.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { daySpan, type Span } from '../../../lib/calendar.ts';
import { slotsBetween } from '../../../lib/slots.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { depsOver } from '../../rigs/history.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import {
  account,
  accountNumber,
  alwaysQuarterHours,
  MINUTE,
  measured,
  midnight,
  missed,
  quarterHours,
  watchOf,
} from '../../rigs/samples.ts';

const DAY = 86_400_000;
const dynamo = await startTable();

describe('the history of a month', () => {
  test('of a whole day is that of its slots, on both sides of 18:30 UTC', async () => {
    const now = midnight + 2 * DAY;
    const deps = depsOver(createMemoryTable(), now);
    await deps.watches.put(
      watchOf({
        ...account,
        partner: 'acme',
        caller: 'erp',
        start: midnight - 30 * MINUTE,
        end: null,
        past: [],
      }),
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
      watchOf({ ...account, partner: 'acme', caller: 'erp', start: midnight, end: null, past: [] }),
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
      watchOf({
        ...account,
        partner: 'acme',
        caller: 'erp',
        start: midnight,
        end: midnight + 60 * MINUTE,
        past: [],
      }),
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
    const deps = {
      slots,
      days: createDayStore(dynamo.table),
      watches,
      timetables: async () => alwaysQuarterHours,
      now: () => now,
    };
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
