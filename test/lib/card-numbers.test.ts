import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCardNumber, maskCardNumbers, maskPan } from '../../lib/card-numbers.ts';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const countDigits = (text: string): number => [...text].filter((character) => /\d/.test(character)).length;

describe('maskPan', () => {
  test.each([
    ['5204 01XX XXXX XX43', '5204 01XX XXXX XX43'],
    ['4111111111111111', '411111XXXXXX1111'],
    ['4111 1111 1111 1111', '4111 11XX XXXX 1111'],
    ['4111-1111-1111-1111', '4111-11XX-XXXX-1111'],
    ['4222222222222', '422222XXX2222'],
    ['6304000000000000000', '630400XXXXXXXXX0000'],
    ['41111111111', 'XXXXXXX1111'],
    ['1234', '1234'],
    ['', ''],
    ['XXXX XXXX XXXX 4242', 'XXXX XXXX XXXX 4242'],
  ])('%j is shown as %j', (text, shown) => expect(maskPan(text)).toBe(shown));

  test('a whole card number of any length and grouping shows at most first six and last four', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 19 }).chain(digits),
        fc.constantFrom('', ' ', '-', '.', '\u00a0'),
        (pan, separator) => {
          const grouped = (pan.match(/.{1,4}/g) ?? []).join(separator);
          const shown = maskPan(grouped);
          expect(countDigits(shown)).toBeLessThanOrEqual(10);
          const pure = shown.replaceAll(/[^0-9X]/g, '');
          if (separator === '' && pan.length >= 13) {
            expect(pure).toBe(`${pan.slice(0, 6)}${'X'.repeat(pan.length - 10)}${pan.slice(-4)}`);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('masking twice changes nothing, and no text keeps more than ten positions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = maskPan(text);
        expect(maskPan(shown)).toBe(shown);
        const kept = [...shown].filter((character) => character !== 'X' && character !== ' ' && character !== '-');
        expect(kept.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe('maskCardNumbers', () => {
  test.each([
    ['Visa', '4111111111111111', '411111XXXXXX1111'],
    ['a Visa of 13', '4222222222222', '422222XXX2222'],
    ['a Visa of 19', '4000000000000000006', '400000XXXXXXXXX0006'],
    ['Mastercard', '5555555555554444', '555555XXXXXX4444'],
    ['Mastercard of the 2 series', '2223003122003222', '222300XXXXXX3222'],
    ['American Express', '378282246310005', '378282XXXXX0005'],
    ['Discover', '6011111111111117', '601111XXXXXX1117'],
    ['Diners', '30569309025904', '305693XXXX5904'],
    ['JCB', '3530111333300000', '353011XXXXXX0000'],
    ['RuPay', '6521526521526526', '652152XXXXXX6526'],
    ['RuPay of the 8 series', '8171999927660000', '817199XXXXXX0000'],
    ['Maestro', '5018000000000009', '501800XXXXXX0009'],
    ['UnionPay', '6200000000000005', '620000XXXXXX0005'],
    ['spaces', '4111 1111 1111 1111', '4111 11XX XXXX 1111'],
    ['dashes', '4111-1111-1111-1111', '4111-11XX-XXXX-1111'],
    ['spaces that do not break', '4111\u00a01111\u00a01111\u00a01111', '4111 11XX XXXX 1111'],
    ['characters without width', '41111111\u200b11111111', '411111XX\u200bXXXX1111'],
    ['full-width digits', '４１１１１１１１１１１１１１１１', '411111XXXXXX1111'],
    ['Devanagari digits', '४१११११११११११११११', '४१११११XXXXXX११११'],
    ['line ends', '4111\n1111\r\n1111\u20281111', '4111\n11XX\r\nXXXX\u20281111'],
    ['signs over its digits', '4111\u0336111111111111\u20e3', '4111\u033611XXXXXX1111\u20e3'],
    ['a date behind', '4111 1111 1111 1111 12/29', '4111 11XX XXXX 1111 12/29'],
    ['a number before', '12 4111111111111111', '12 411111XXXXXX1111'],
    ['letters around', 'CA4111111111111111x', 'CA411111XXXXXX1111x'],
    ['two of them', '4111111111111111,378282246310005', '411111XXXXXX1111,378282XXXXX0005'],
  ])('masks one with %s', (_, text, masked) => {
    expect(maskCardNumbers(text)).toBe(masked);
    expect(maskCardNumbers(masked)).toBe(masked);
  });

  test.each([
    ['a wrong check digit', '4111111111111112'],
    ['twelve digits', '411111111111'],
    ['twenty digits', '41111111111111110000'],
    ['the beginning of no network', '1234567890123452'],
    ['a mobile number', '9000000001'],
    ['an amount', '898138.00'],
    ['other characters that NFKC would change', 'Ｔｅｓｔ ① 4111'],
  ])('leaves %s as it is', (_, text) => expect(maskCardNumbers(text)).toBe(text));
});

test.each([
  [4111111111111111, true],
  [378282246310005, true],
  [4111111111111112, false],
  [34, false],
  [34.5, false],
  [4111111111111111.5, true],
  [0.5, false],
  [1e21, true],
  [4_000_000_000_000_000_000, true],
  [-1, false],
])('the count %d shows a card number: %s', (count, shows) => expect(isCardNumber(count)).toBe(shows));
