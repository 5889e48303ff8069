import { describe, expect, test } from 'vitest';
import { istToUtc } from '../../lib/account-full.ts';
import { age, ageSeconds, liveFreshness } from '../../lib/freshness.ts';

describe('istToUtc', () => {
  test.each([
    ['2023-08-09 22:30:07', '2023-08-09T17:00:07Z'],
    ['2024-01-01 00:00:00', '2023-12-31T18:30:00Z'],
    ['2024-02-29 12:00:00', '2024-02-29T06:30:00Z'],
  ])('%s in India is %s', (ist, utc) => expect(istToUtc(ist)).toBe(utc));

  test.each([
    '',
    'x',
    '2023-08-09',
    '2023-08-09T22:30:07',
    '2023-08-09 22:30:07Z',
    '2023-13-09 22:30:07',
    '2023-08-09 25:00:00',
    '2023-08-09 22:30:07.123',
    '2023-02-31 10:00:00',
  ])('%j is no timestamp of EnKash', (text) => expect(istToUtc(text)).toBeNull());
});

describe('freshness', () => {
  test('states instant, whole seconds of age, and that it is live', () => {
    const freshness = liveFreshness(1_000, 3_999);
    expect(freshness).toStrictEqual({ asOf: '1970-01-01T00:00:01.000Z', ageSeconds: 2, source: 'live', stale: false });
    expect(age(freshness)).toStrictEqual({ age: '2' });
  });

  test('is never younger than now, whatever the clocks say', () => expect(ageSeconds(2_000, 1_000)).toBe(0));
});
