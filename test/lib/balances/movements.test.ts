import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import { dayAttributes, dayOf, parseDayRow } from '../../../lib/balances/day-row.ts';
import { movementsOf } from '../../../lib/balances/movements.ts';
import { MINUTE, measured, midnight } from '../../rigs/samples.ts';

const missed = (slot: number): SlotRow => ({ slot, status: 'missed', reason: 'late' });
/** A day's slots by their available balance in paise; null is a slot without one. */
const dayWith = (values: readonly (number | null)[]): SlotRow[] =>
  values.map((value, index) => {
    const slot = midnight + index * 15 * MINUTE;
    return value === null ? missed(slot) : measured(slot, value);
  });
const available = (values: readonly (number | null)[]) => {
  const moved = movementsOf(dayWith(values));
  return moved && [moved.increase.available, moved.decrease.available, moved.complete];
};

test('are the rises and the falls between measured slots, each summed by itself', () => {
  expect(available([100, 130, 90, 90, 95])).toEqual([35, 40, true]);
  expect(available([100])).toEqual([0, 0, true]);
});

test('are incomplete where a gap may hide one, at the edges of the day as well', () => {
  expect(available([100, null, 90])).toEqual([0, 10, false]);
  expect(available([null, 100, 90])).toEqual([0, 10, false]);
  expect(available([100, 90, null])).toEqual([0, 10, false]);
});

test('are null where nothing was measured, and where a sum is no exact number any more', () => {
  expect(available([null, null])).toBeNull();
  const most = 10 ** 15 - 1;
  expect(available(Array.from({ length: 12 }, (_, index) => (index % 2 ? most : -most)))).toBeNull();
});

test('of a balance that only some slots state are incomplete; of one that none states, null', () => {
  const [first, second, third] = dayWith([100, 110, 105]);
  const without = (row: SlotRow | undefined): SlotRow => {
    if (row?.status !== 'measured') throw new Error('not measured');
    return { ...row, snapshot: { ...row.snapshot, balances: { ...row.snapshot.balances, availableOnCards: null } } };
  };
  if (!first || !second || !third) throw new Error('three slots');
  expect(movementsOf([first, without(second), third])?.complete).toBe(false);
  const never = movementsOf([without(first), without(second)]);
  expect([never?.complete, never?.increase.availableOnCards]).toEqual([true, null]);
});

test('explain the way from open to close, whatever happened, also after the row was stored', () => {
  const value = fc.option(fc.integer({ min: -1e9, max: 1e9 }));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 96 }), (values) => {
      const row = dayOf('2026-11-23', dayWith(values));
      const sk = { sk: 'day#2026-11-23' };
      const { range } = parseDayRow({ ...JSON.parse(JSON.stringify(dayAttributes(row))), ...sk });
      expect(range).toEqual(row.range);
      expect(range === null).toBe(values.every((one) => one === null));
      if (!range?.movements) return;
      const { increase, decrease, complete } = range.movements;
      expect(range.open.available + increase.available - decrease.available).toBe(range.close.available);
      expect(Math.min(increase.available, decrease.available)).toBeGreaterThanOrEqual(0);
      expect(complete).toBe(!values.includes(null));
    }),
  );
});
