import { describe, expect, test } from 'vitest';
import { createBreaker } from '../../../lib/enkash/breaker.ts';

function startedBreaker() {
  const clock = { ms: 1_000_000 };
  const breaker = createBreaker(() => clock.ms);
  const record = (failures: number, successes = 0) => {
    for (let call = 0; call < successes; call += 1) breaker.record(false);
    for (let call = 0; call < failures; call += 1) breaker.record(true);
  };
  return { clock, breaker, record };
}

describe('createBreaker', () => {
  test('stays closed below twenty calls, all failed', () => {
    const { breaker, record } = startedBreaker();
    record(19);
    expect(breaker.waitMs()).toBe(0);
  });

  test('opens at twenty calls of which four fifths failed, and stays closed just below', () => {
    const open = startedBreaker();
    open.record(16, 4);
    expect(open.breaker.waitMs()).toBe(10_000);
    const closed = startedBreaker();
    closed.record(15, 5);
    expect(closed.breaker.waitMs()).toBe(0);
  });

  test('forgets a window after ten seconds: slow failures never open it', () => {
    const { clock, breaker, record } = startedBreaker();
    for (let round = 0; round < 10; round += 1) {
      record(10);
      clock.ms += 10_000;
    }
    expect(breaker.waitMs()).toBe(0);
  });

  test('while open it says how long to wait, and lets one probe through per ten seconds', () => {
    const { clock, breaker, record } = startedBreaker();
    record(20);
    clock.ms += 4_000;
    expect(breaker.waitMs()).toBe(6_000);
    clock.ms += 6_000;
    expect([breaker.waitMs(), breaker.waitMs(), breaker.waitMs()]).toStrictEqual([0, 10_000, 10_000]);
    breaker.record(true);
    expect(breaker.waitMs()).toBe(10_000);
    clock.ms += 10_000;
    expect([breaker.waitMs(), breaker.waitMs()]).toStrictEqual([0, 10_000]);
  });

  test('one good probe closes it, with a clean window', () => {
    const { clock, breaker, record } = startedBreaker();
    record(20);
    clock.ms += 10_000;
    expect(breaker.waitMs()).toBe(0);
    breaker.record(false);
    expect(breaker.waitMs()).toBe(0);
    record(15);
    expect(breaker.waitMs()).toBe(0);
  });

  test('failures that were under way when it opened do not lengthen the wait', () => {
    const { clock, breaker, record } = startedBreaker();
    record(20);
    clock.ms += 9_000;
    record(20);
    expect(breaker.waitMs()).toBe(1_000);
  });

  test('a probe that never reports is followed by another one', () => {
    const { clock, breaker, record } = startedBreaker();
    record(20);
    clock.ms += 10_000;
    expect(breaker.waitMs()).toBe(0);
    clock.ms += 10_000;
    expect(breaker.waitMs()).toBe(0);
  });
});
