import { describe, expect, test } from 'vitest';
import { age, liveFreshness } from '../../../lib/account/freshness.ts';
import { ageSeconds } from '../../../lib/instants.ts';

describe('freshness', () => {
  test('states instant, whole seconds of age, and that it is live', () => {
    const freshness = liveFreshness(1_000, 3_999);
    expect(freshness).toStrictEqual({ asOf: '1970-01-01T00:00:01.000Z', ageSeconds: 2, source: 'live', stale: false });
    expect(age(freshness)).toStrictEqual({ age: '2' });
  });

  test('is never younger than now, whatever the clocks say', () => expect(ageSeconds(2_000, 1_000)).toBe(0));
});
