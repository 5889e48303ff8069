import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { balancesQuery } from '../../../lib/api/balances-contract.ts';

const at = (text: string) => z.safeParse(balancesQuery, { at: text });
const instant = Date.parse('2026-11-24T00:00:00+05:30');

test.each([
  '2026-11-24T00:00:00+05:30',
  '2026-11-24t00:00:00+05:30',
  '2026-11-23T18:30:00Z',
  '2026-11-23t18:30:00z',
  '2026-11-23T18:30:00.000z',
  '2026-11-24T00:00:00+0530',
  '2026-11-24T00:00:00 05:30',
  '2026-11-24T00:00:00 0530',
  '2026-11-23T13:30:00-0500',
  '2026-11-23T13:30:00-05:00',
])('an instant may be written as %s', (text) => {
  expect(at(text).data?.at).toBe(instant);
});

test.each(['2026-11-24T00:00:00', '2026-11-24', '2026-11-24T00:00:00+5:30', '2026-11-24T00:00:00+05', '1764000000000'])(
  '%s is no instant, and the words are about instants, not about milliseconds',
  (text) => {
    const messages = at(text).error?.issues.map(({ message }) => message);
    expect(messages).toEqual(['must be an RFC 3339 instant with offset']);
  },
);

test('an instant outside of 2020 to 2100 is refused in years', () => {
  expect(at('1999-01-01T00:00:00Z').error?.issues.map(({ message }) => message)).toEqual([
    'must lie between 2020 and 2100',
  ]);
  const bound = z.safeParse(balancesQuery, { from: '1999-01-01' }).error?.issues.map(({ message }) => message);
  expect(bound?.join()).not.toMatch(/\d{6}/);
});
