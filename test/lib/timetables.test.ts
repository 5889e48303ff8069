import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTimetable, everyMinutesChoices, slotsBetween } from '../../lib/slots.ts';
import { always, eraFrom, slotsBefore, slotsIn, type Timetables } from '../../lib/timetables.ts';
import { midnight } from '../rigs/samples.ts';

const HOUR = 3_600_000;
const minutes = (every: number, late = 300) => createTimetable(every * 60, late);
const at = (slots: readonly number[]) => slots.map((slot) => (slot - midnight) / 60_000);

describe('what was expected', () => {
  test('at an instant is what the timetable of that instant says', () => {
    const timetables: Timetables = [
      { from: 0, timetable: minutes(15) },
      { from: midnight + 16 * 60_000, timetable: minutes(5, 120) },
      { from: midnight + 31 * 60_000, timetable: minutes(30) },
    ];
    const slots = slotsIn(timetables, { from: midnight, to: midnight + 2 * HOUR });
    expect(at(slots.map(({ slot }) => slot))).toEqual([0, 15, 20, 25, 30, 60, 90]);
    expect(slots.map(({ slot, until }) => (until - slot) / 1000)).toEqual([300, 300, 120, 120, 120, 300, 300]);
    expect(at(slotsBefore(timetables, midnight + 30 * 60_000, 4))).toEqual([25, 20, 15, 0]);
  });

  test('without a change is the schedule', () => {
    const span = { from: midnight - 7, to: midnight + 26 * HOUR };
    for (const every of everyMinutesChoices)
      expect(slotsIn(always(minutes(every)), span).map(({ slot }) => slot)).toEqual(slotsBetween(minutes(every), span));
  });

  test('in the hour before a change that a run has seen is what was planned, and nothing else', () => {
    const slot = midnight + HOUR;
    expect(eraFrom(minutes(60), slot, midnight + 40 * 60_000)).toMatchObject({
      ...{ from: slot, previousTo: midnight + 40 * 60_000 + 1000 },
    });
    const timetables: Timetables = [{ from: 0, timetable: minutes(10) }, eraFrom(minutes(5), slot, undefined)];
    const slots = slotsIn(timetables, { from: midnight - HOUR / 3, to: slot + HOUR / 4 });
    expect(at(slots.map((timed) => timed.slot))).toEqual([-20, -10, 0, 60, 65, 70]);
  });

  test('of two neighbouring spans is what is expected of both together', () => {
    const choice = fc.constantFrom(...everyMinutesChoices);
    const eras = fc.array(fc.record({ every: choice, hours: fc.integer({ min: 1, max: 30 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    void fc.assert(
      fc.property(eras, fc.nat({ max: 100 * HOUR }), fc.nat({ max: 100 * HOUR }), (changes, cut, end) => {
        let from = midnight;
        const [first, ...rest] = changes.map(({ every, hours }) => {
          const era = { from, timetable: minutes(every) };
          from += hours * HOUR + 1000;
          return era;
        });
        const timetables: Timetables = [first ?? { from, timetable: minutes(5) }, ...rest];
        const [a, b] = [midnight + Math.min(cut, end), midnight + Math.max(cut, end)];
        const parts = [...slotsIn(timetables, { from: midnight, to: a }), ...slotsIn(timetables, { from: a, to: b })];
        expect(parts).toEqual(slotsIn(timetables, { from: midnight, to: b }));
      }),
      { numRuns: 100 },
    );
  });
});
