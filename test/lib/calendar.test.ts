import { describe, expect, test } from 'vitest';
import { daySpan, daysBetween, istDay, istToUtc, readTimestamp } from '../../lib/calendar.ts';

const at = (text: string): number => Date.parse(text);

describe('IST days', () => {
  test('begin at 18:30 UTC', () => {
    expect(istDay(at('2026-11-22T18:29:59.999Z'))).toBe('2026-11-22');
    expect(istDay(at('2026-11-22T18:30:00Z'))).toBe('2026-11-23');
    expect(daySpan('2026-11-23')).toEqual({ from: at('2026-11-22T18:30:00Z'), to: at('2026-11-23T18:30:00Z') });
  });

  test('follow each other across months and years', () => {
    expect(daysBetween('2027-02-27', '2027-03-02')).toEqual(['2027-02-27', '2027-02-28', '2027-03-01', '2027-03-02']);
    expect(daysBetween('2026-12-31', '2027-01-01')).toEqual(['2026-12-31', '2027-01-01']);
    expect(daysBetween('2027-01-02', '2027-01-01')).toEqual([]);
  });
});

describe('readTimestamp', () => {
  test.each([
    ['2023-08-09 22:30:07', '2023-08-09 22:30:07'],
    ['2023-08-09 22:30:07.123', '2023-08-09 22:30:07'],
    ['2023-08-09T22:30:07', '2023-08-09 22:30:07'],
    ['2023-08-09T17:00:07.000Z', '2023-08-09 22:30:07'],
    ['2023-08-09T22:30:07+0530', '2023-08-09 22:30:07'],
    ['2023-08-09 17:00:07+00:00', '2023-08-09 22:30:07'],
    [1_691_600_407_000, '2023-08-09 22:30:07'],
  ])('%j is %s in India', (stated, ist) => expect(readTimestamp(stated)).toBe(ist));

  test.each([
    '',
    'x',
    '2023-08-09',
    '2023-02-31T10:00:00',
    '2023-08-09T25:00:00',
    '2023-08-09 22:30:07+99:99',
    1_691_600_407,
    -1,
    1.5,
  ])('%j is no time', (stated) => expect(readTimestamp(stated)).toBeUndefined());
});

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
