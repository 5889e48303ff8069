import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import { type Attributes, fromAttributeValues, toAttributeValues } from '../../../lib/balances/codec.ts';
import { type DayRow, dayAttributes, dayOf, parseDayRow } from '../../../lib/balances/day-row.ts';
import { keys } from '../../../lib/balances/keys.ts';
import { parseSlotRow, slotAttributes } from '../../../lib/balances/slot-row.ts';
import { AppError } from '../../../lib/errors.ts';
import { account, anySnapshot, measured, midnight, missed } from '../../rigs/samples.ts';

const slot = fc.integer({ min: 0, max: 4_000_000 }).map((n) => midnight + n * 1000);
const outcome = fc.oneof(
  fc.record({
    status: fc.constant('measured' as const),
    observedAt: fc.nat().map((n) => midnight + n),
    snapshot: anySnapshot,
  }),
  fc.record({
    status: fc.constantFrom('failed' as const, 'missed' as const),
    reason: fc.constantFrom('late', 'upstream-timeout'),
  }),
);
const anyRow: fc.Arbitrary<SlotRow> = fc.tuple(slot, outcome).map(([at, rest]) => ({ slot: at, ...rest }));
const widest = { companyId: 'CEKTEST001', cardAccountId: `CA${'Z'.repeat(62)}` };

function stored(key: { pk: string; sk: string }, attributes: Parameters<typeof toAttributeValues>[0]) {
  return fromAttributeValues(toAttributeValues({ ...key, ...attributes }));
}

describe('a slot row', () => {
  test('comes back as it was written, and stays under 1 kB', async () => {
    await fc.assert(
      fc.property(anyRow, (row) => {
        const key = keys.slot(widest, row.slot);
        expect(parseSlotRow(stored(key, slotAttributes(row)))).toEqual(row);
        expect(itemBytes({ ...key, ...slotAttributes(row) })).toBeLessThan(1024);
      }),
    );
  });

  test('is small enough for a month of 15-minute slots in one page of 1 MB', () => {
    const row = measured(midnight, 89_813_800);
    expect(itemBytes({ ...keys.slot(widest, midnight), ...slotAttributes(row) }) * 31 * 96).toBeLessThan(1_000_000);
  });

  test('expires ninety days after its slot', () => {
    expect(slotAttributes(missed(midnight)).expiresAt).toBe(midnight / 1000 + 90 * 86_400);
  });

  test('of another schema version, or with an amount that is none, is refused', () => {
    const item = stored(keys.slot(account, midnight), slotAttributes(measured(midnight, 1)));
    for (const change of [{ v: 2 }, { b: 1.5 }, { b: 'x' }, { status: 'guessed' }, { sk: 'slot#now' }]) {
      expect(() => parseSlotRow({ ...item, ...change })).toThrow(AppError);
    }
    const { b: _, ...without } = item;
    expect(() => parseSlotRow(without)).toThrow('Internal error');
  });
});

describe('a day row', () => {
  test('comes back as it was written, and stays under 1 kB', async () => {
    await fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 12 }), (rows) => {
        const day: DayRow = dayOf('2026-11-23', rows);
        const key = keys.day(widest, day.day);
        expect(parseDayRow(stored(key, dayAttributes(day)))).toEqual(day);
        expect(itemBytes({ ...key, ...dayAttributes(day) })).toBeLessThan(1024);
      }),
    );
  });

  test('has the extremes of each balance, and null only where none was ever stated', () => {
    const rows = [
      measured(midnight, 300),
      measured(midnight + 1000, 100),
      missed(midnight + 2000),
      measured(midnight + 3000, 200),
    ];
    const { coverage, range } = dayOf('2026-11-23', rows);
    expect(coverage).toEqual({ expected: 4, measured: 3, failed: 0, missed: 1 });
    expect([range?.open, range?.close, range?.min, range?.max].map((each) => each?.available)).toEqual([
      300, 200, 100, 300,
    ]);
    expect(range?.closeSlot).toBe(midnight + 3000);
  });

  test('of a day without a measured slot has no balances', () => {
    expect(dayOf('2026-11-23', [missed(midnight)])).toEqual({
      day: '2026-11-23',
      coverage: { expected: 1, measured: 0, failed: 0, missed: 1 },
      range: null,
    });
  });
});

/** What DynamoDB bills and limits: the bytes of names and values (numbers by their digits, rounded up). */
function itemBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    bytes +=
      name.length + (typeof value === 'number' ? Math.ceil(String(value).length / 2) + 1 : Buffer.byteLength(value));
  }
  return bytes;
}
