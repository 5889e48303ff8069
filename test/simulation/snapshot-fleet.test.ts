import { describe, expect, test } from 'vitest';
import { checkFleet } from './snapshot-check.ts';
import { healthy, rough } from './snapshot-faults.ts';
import { runFleet } from './snapshot-fleet.ts';
import { proveSnapshots } from './snapshot-proof.ts';

const clean = { lost: 0, wrong: 0, runsNotEnded: 0, wrongEvents: 0 };

describe('the fleet of planner, workers and reconciler', () => {
  test('measures every slot with one call each when nothing fails (R6)', async () => {
    const figures = await checkFleet({ seed: 1, accounts: 300, slots: 24, faults: healthy });
    expect(figures).toMatchObject({ ...clean, measured: 7_200, calls: 7_200, deadLetters: 0 });
    expect(figures.events).toBeGreaterThan(50);
    expect(figures.deliveries).toBe(figures.events);
  });

  test.each([1, 2, 3, 4, 5])(
    'loses and doubles nothing under double fire, failures, lost answers and crashes (R5, seed %i)',
    async (seed) => {
      const figures = await checkFleet({ seed, accounts: 200, slots: 32, faults: rough });
      expect(figures).toMatchObject({ ...clean, deadLetters: 0 });
      expect(figures.callsPerSnapshot).toBeLessThanOrEqual(1.25);
      expect(figures.measured / figures.accountSlots).toBeGreaterThan(0.97);
    },
  );

  test('gives the figures of R5 and R6: a million account-slots with PROVE=1', async () => {
    const rows = await proveSnapshots(process.env.PROVE ? 1_000_000 : 4_000);
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  }, 1_800_000);

  test('repeats itself exactly for the same seed', async () => {
    const options = { seed: 9, accounts: 60, slots: 8, faults: rough };
    expect(await checkFleet(options)).toEqual(await checkFleet(options));
  });

  test('touches nothing when every message is redriven days later', async () => {
    const fleet = await runFleet({ seed: 3, accounts: 40, slots: 6, faults: rough });
    const before = structuredClone([...fleet.table.partitions]);
    const calls = fleet.calls;
    await fleet.clock.runUntil(fleet.clock.now() + 3 * 86_400_000);
    const redriven = Promise.all(fleet.bodies.map(fleet.work));
    await fleet.clock.runUntil(fleet.clock.now() + 3_600_000);
    await redriven;
    expect([...fleet.table.partitions]).toEqual(before);
    expect(fleet.calls).toBe(calls);
  });
});
