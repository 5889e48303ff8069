import { expect, test } from 'vitest';
import { companyCsv, daysCsv, slotsCsv } from '../../../lib/api/balances-csv.ts';
import { viewDay, viewSlots } from '../../../lib/api/balances-views.ts';
import { account, measured, midnight } from '../../rigs/samples.ts';

/** No two amounts are equal, so that none can stand in another's place. */
const balances = (first: number) => ({
  ...{ available: first, availableOnCards: first + 1, usedCredit: first + 2, creditLimit: first + 3 },
});
const day = viewDay({
  day: '2026-11-23',
  coverage: { expected: 96, measured: 93, failed: 2, missed: 1 },
  range: {
    ...{ open: balances(1_000), close: balances(2_000), min: balances(3_000), max: balances(4_000) },
    movements: { increase: balances(5_000), decrease: balances(6_000), complete: true },
    closeSlot: midnight,
    observedAt: midnight + 2_000,
  },
});

test('a day shows each set of balances under its own name', () => {
  const sets = [day.open, day.close, day.min, day.max, day.increase, day.decrease];
  expect(sets.map((set) => set?.available)).toEqual(['10.00', '20.00', '30.00', '40.00', '50.00', '60.00']);
  expect(sets.map((set) => set?.creditLimit)).toEqual(['10.03', '20.03', '30.03', '40.03', '50.03', '60.03']);
  expect([day.balances, day.movementsComplete]).toEqual([day.close, true]);
});

/** The value at a path such as `open.available`. */
const at = (item: object, path: string): unknown =>
  path.split('.').reduce((found: unknown, name) => Object(found)[name], item);

const slot = viewSlots(
  {
    items: [measured(midnight, 123_456)],
    coverage: { expected: 1, measured: 1, failed: 0, missed: 0 },
    next: null,
  },
  { from: midnight, to: midnight + 1 },
).items[0];
if (!slot) throw new Error('no slot');

test.each([
  ['a day', day, daysCsv({ items: [day], nextCursor: null }, 1).body],
  [
    'a day of a company',
    { ...account, ...day },
    companyCsv({ items: [{ ...account, ...day }], nextCursor: null }, 1).body,
  ],
  ['a slot', { ...slot, ...slot.balances }, slotsCsv({ items: [slot], nextCursor: null }, 1).body],
])('%s has in each column what the column is called', (_, item, csv) => {
  const [names = [], cells = []] = csv
    .replace('\uFEFF', '')
    .split('\r\n')
    .map((line) => line.split(','));
  expect(cells).toHaveLength(names.length);
  // Instants in India are made for the table, and are no field.
  const fields = names.map((name, index) => ({ name, cell: cells[index] })).filter(({ name }) => !name.endsWith('Ist'));
  expect(fields.map(({ name, cell }) => `${name} ${cell}`)).toEqual(
    fields.map(({ name }) => `${name} ${at(item, name) ?? ''}`),
  );
  expect(fields.length).toBeGreaterThan(10);
});
