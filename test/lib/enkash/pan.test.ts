import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskPan } from '../../../lib/enkash/pan.ts';

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
