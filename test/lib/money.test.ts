import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../lib/account/summary-view.ts';
import { formatPaise, readPaise } from '../../lib/money.ts';

const LARGEST = 999_999_999_999_999;
const anyPaise = fc.integer({ min: -LARGEST, max: LARGEST });
/** Rupees as JSON carries them: the text of the amount, read by JSON.parse. */
const jsonRupees = (paise: number): number => JSON.parse(formatPaise(paise));

describe('readPaise reads by name', () => {
  test.each([
    ['1.23456789E7', 1_234_567_890],
    ['898138.0', 89_813_800],
    ['898138.000', 89_813_800],
    ['-990553.44', -99_055_344],
    ['-0', 0],
    ['-0.0', 0],
    ['0', 0],
    ['0.01', 1],
    ['-0.05', -5],
    ['0.1', 10],
    ['1.1e0', 110],
    ['8.98138E5', 89_813_800],
    ['9999999999999.99', LARGEST],
    ['-9999999999999.99', -LARGEST],
  ])('%s exactly, without residue', (text, paise) => {
    expect(readPaise(JSON.parse(text))).toStrictEqual({ paise, residue: false });
  });

  test.each([
    ['1005.2900000000001', 100_529],
    ['0.30000000000000004', 30],
    ['-1005.2900000000001', -100_529],
    ['5.551115123125783e-17', 0],
    ['-1.1641532182693481e-10', 0],
    ['5e-324', 0],
    // One unit in the last place of a double of that size, up and down.
    ['4294967296.2000003', 429_496_729_620],
    ['4294967296.1999993', 429_496_729_620],
    ['-50000000000.290009', -5_000_000_000_029],
    ['9999999999998.998', 999_999_999_999_900],
  ])('%s as float noise that is dropped and counted', (text, paise) => {
    expect(readPaise(JSON.parse(text))).toStrictEqual({ paise, residue: true });
  });

  test.each([
    '12.345',
    '12.340000999',
    '12.339999001',
    '1e-7',
    '9.9e-7',
    '5.0599999',
    '4294967296.201',
    '1000000000000.125',
    '-12.345',
    '0.001',
    '1e-6',
    '12.340001',
    '12.339999',
    '0.005',
    '1.0049999999999999',
    '0.999',
    '1e-3',
    '9999999999999.998',
  ])('%s is refused: a third digit', (text) => {
    expect(readPaise(JSON.parse(text))).toBeUndefined();
  });

  test.each([
    10 ** 13,
    -(10 ** 13),
    1e21,
    1.7976931348623157e308,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ])('%d is refused: 10^13 or more, or not finite', (rupees) => {
    expect(readPaise(rupees)).toBeUndefined();
  });

  test('the largest amount below 10^13 is a safe integer of paise', () => {
    expect(Number.isSafeInteger(readPaise(9_999_999_999_999.99)?.paise)).toBe(true);
  });

  test('minus zero is zero without a sign, from whatever it comes', () => {
    for (const rupees of [-0, -1e-11, -1e-300]) expect(Object.is(readPaise(rupees)?.paise, 0)).toBe(true);
  });
});

describe('the public form', () => {
  test.each([
    [0, '0.00'],
    [1, '0.01'],
    [-5, '-0.05'],
    [10, '0.10'],
    [-99_055_344, '-990553.44'],
    [89_813_800, '898138.00'],
    [LARGEST, '9999999999999.99'],
  ])('of %d paise is %s', (paise, text) => {
    expect(formatPaise(paise)).toBe(text);
    expect(decimal.safeParse(text).success).toBe(true);
  });

  test.each([
    '',
    '1',
    '1.2',
    '1.234',
    '.12',
    '1,00',
    ' 1.00',
    '1.00 ',
    '+1.00',
    '1e2',
    'NaN',
    'text',
    '١.٠٠',
    '1.00\n',
  ])('is not %j', (text) => {
    expect(decimal.safeParse(text).success).toBe(false);
  });

  test('has no fourteen digits before the point', () => {
    expect(decimal.safeParse('10000000000000.00').success).toBe(false);
  });
});

describe('for every amount', () => {
  test('paise survive JSON, reading, the public form and back', () => {
    fc.assert(
      fc.property(anyPaise, (paise) => {
        const expected = paise === 0 ? 0 : paise;
        expect(readPaise(jsonRupees(paise))).toStrictEqual({ paise: expected, residue: false });
        expect(readPaise(JSON.parse(JSON.stringify(jsonRupees(paise))))?.paise).toBe(expected);
        expect(readPaise(Number(formatPaise(paise)))?.paise).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  test('every paise value from -2.00 to 2.00 is read, none skipped', () => {
    for (let paise = -200; paise <= 200; paise += 1) expect(readPaise(jsonRupees(paise))?.paise).toBe(paise + 0);
  });

  test('any third digit but zero is refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }),
        fc.integer({ min: 1, max: 9 }),
        (paise, third) => {
          expect(readPaise(JSON.parse(`${formatPaise(paise)}${third}`))).toBeUndefined();
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('sums that a double accumulates upstream are read as the exact sum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 50 }), (amounts) => {
        const rupees = amounts.reduce((sum, paise) => sum + paise / 100, 0);
        const exact = amounts.reduce((sum, paise) => sum + paise, 0);
        expect(readPaise(rupees)?.paise).toBe(exact);
      }),
    );
  });

  test('any JSON number at all is read to a safe integer below 10^15 or refused, and never thrown at', () => {
    fc.assert(
      fc.property(fc.double(), (rupees) => {
        const paise = readPaise(rupees)?.paise;
        expect(paise === undefined || (Number.isSafeInteger(paise) && Math.abs(paise) < 10 ** 15)).toBe(true);
        expect(Object.is(paise, -0)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
