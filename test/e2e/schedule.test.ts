import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Schedule, startSchedule } from '../local/schedule.ts';

let schedule: Schedule | undefined;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T10:00:03.500Z') });
});
afterEach(async () => {
  await schedule?.close();
  vi.useRealTimers();
});

test('fires at each whole period with the scheduled time, however late the timer', async () => {
  const slots: string[] = [];
  schedule = startSchedule({ everySeconds: 10, fire: async (slot) => slots.push(slot) });
  await vi.advanceTimersByTimeAsync(6_499);
  expect(slots).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_010);
  expect(slots).toEqual(['2026-11-22T10:00:10Z', '2026-11-22T10:00:20Z', '2026-11-22T10:00:30Z']);
});

test('fires a while after the slot, for the slot', async () => {
  const slots: string[] = [];
  schedule = startSchedule({ everySeconds: 10, afterSeconds: 4, fire: async (slot) => slots.push(slot) });
  await vi.advanceTimersByTimeAsync(600);
  expect(slots).toEqual(['2026-11-22T10:00:00Z']);
});

test('goes on after a failure, and no more after it was closed', async () => {
  let fired = 0;
  const failing = async () => {
    fired += 1;
    throw new Error('target');
  };
  schedule = startSchedule({ everySeconds: 1, fire: failing });
  await vi.advanceTimersByTimeAsync(2_600);
  await schedule.close();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(fired).toBe(3);
});

test('closes after the slot under way, whatever a busy machine has left behind', async () => {
  let fired = 0;
  const { promise: first, resolve: end } = Promise.withResolvers<void>();
  const fire = async () => {
    fired += 1;
    await first;
  };
  schedule = startSchedule({ everySeconds: 1, fire });
  await vi.advanceTimersByTimeAsync(4_600);
  const closing = schedule.close();
  end();
  await closing;
  expect(fired).toBe(1);
});
