import { describe, expect, test } from 'vitest';
import { createPacer } from '../../../lib/snapshots/pacer.ts';

describe('the pace', () => {
  test('keeps calls apart, without a burst after a pause', async () => {
    let now = 0;
    const starts: number[] = [];
    const advance = async (ms: number) => {
      now += ms;
    };
    const pace = createPacer(10, { now: () => now, sleep: advance });
    for (let index = 0; index < 5; index += 1) {
      expect(await pace(1_000)).toBe(true);
      starts.push(now);
    }
    now += 10_000;
    await pace(60_000);
    starts.push(now);
    await pace(60_000);
    starts.push(now);
    expect(starts).toEqual([0, 100, 200, 300, 400, 10_400, 10_500]);
    expect(await pace(10_550)).toBe(false);
  });
});
