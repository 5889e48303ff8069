import { expect, test } from 'vitest';
import { playHistory } from './snapshot-histories.ts';

test.each([1, 2, 3])(
  'no false missed, no lost slot, and the last event is the state, whatever changes (R23, seed %i)',
  async (seed) => {
    const figures = await playHistory({ seed, accounts: 20, hours: 48 });
    expect(figures.complaints).toEqual([]);
    expect(figures).toMatchObject({ falseMissed: 0, lost: 0, wrongStates: 0, unmeasuredReads: 0 });
    expect(figures.accountSlots).toBeGreaterThan(100);
    expect(figures.events).toBeGreaterThan(5);
  },
);
