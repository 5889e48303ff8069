import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slotText } from '../../lib/instants.ts';
import {
  createTimetable,
  everyMinutesChoices,
  isSlot,
  planCron,
  reconcileCron,
  slotsBetween,
  windowOf,
} from '../../lib/slots.ts';

const at = (text: string): number => Date.parse(text);
const everyMinutes = fc.constantFrom(...everyMinutesChoices);
const time = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });

/** The minutes that EventBridge Scheduler fires at, by AWS's reading of `a/b`. */
function minutesOf(cron: string): number[] {
  const [, start = '', step] = /^cron\((\d+)(?:\/(\d+))? \* \* \* \? \*\)$/.exec(cron) ?? [];
  const minutes = Array.from({ length: 60 }, (_, minute) => minute);
  return minutes.filter((minute) => minute >= Number(start) && (minute - Number(start)) % Number(step ?? 60) === 0);
}

function istMinute(slot: number): number {
  return new Date(slot + 330 * 60_000).getUTCMinutes();
}

describe('slots', () => {
  test('fall on the clock of Asia/Kolkata, where an hour begins at half past in UTC', () => {
    const hourly = createTimetable(3600, 300);
    const span = { from: at('2026-11-22T00:00:00Z'), to: at('2026-11-22T03:00:00Z') };
    expect(slotsBetween(hourly, span).map(slotText)).toEqual([
      '2026-11-22T00:30:00Z',
      '2026-11-22T01:30:00Z',
      '2026-11-22T02:30:00Z',
    ]);
  });

  test('include the beginning of a span and not its end', () => {
    const timetable = createTimetable(900, 300);
    const span = { from: at('2026-11-22T00:15:00Z'), to: at('2026-11-22T00:30:00Z') };
    expect(slotsBetween(timetable, span)).toEqual([span.from]);
    expect(slotsBetween(timetable, { from: span.from + 1, to: span.to })).toEqual([]);
    expect(slotsBetween(timetable, { from: span.to, to: span.from })).toEqual([]);
  });

  test('of any two spans side by side are those of the whole', async () => {
    await fc.assert(
      fc.property(everyMinutes, time, fc.nat(90_000_000), fc.nat(90_000_000), (minutes, from, a, b) => {
        const timetable = createTimetable(minutes * 60, 300);
        const left = slotsBetween(timetable, { from, to: from + a });
        const right = slotsBetween(timetable, { from: from + a, to: from + a + b });
        expect([...left, ...right]).toEqual(slotsBetween(timetable, { from, to: from + a + b }));
      }),
    );
  });

  test('are exactly the instants at which the cron expression fires', async () => {
    await fc.assert(
      fc.property(everyMinutes, time, (minutes, from) => {
        const slots = slotsBetween(createTimetable(minutes * 60, 300), { from, to: from + 7_200_000 });
        const fired = minutesOf(planCron(minutes));
        expect(slots).toHaveLength(120 / minutes);
        expect(new Set(slots.map(istMinute))).toEqual(new Set(fired));
      }),
    );
  });

  test('are looked at by the reconciler a minute after their window', async () => {
    await fc.assert(
      fc.property(everyMinutes, fc.constantFrom(60, 300, 600, 1800, 3600), time, (minutes, late, from) => {
        const timetable = createTimetable(minutes * 60, late);
        const fired = new Set(minutesOf(reconcileCron(minutes, late)));
        for (const slot of slotsBetween(timetable, { from, to: from + 7_200_000 })) {
          expect(fired.has(istMinute(windowOf(timetable, slot).to + 60_000))).toBe(true);
        }
        expect(fired.size).toBe(60 / minutes);
      }),
    );
  });

  test('have a window that ends before the next slot begins', () => {
    expect(windowOf(createTimetable(900, 300), 0)).toEqual({ from: 0, to: 300_000 });
    expect(windowOf(createTimetable(10, 300), 0)).toEqual({ from: 0, to: 10_000 });
  });

  test('may be every few seconds on the local stage', () => {
    const timetable = createTimetable(10, 300);
    const from = at('2026-11-22T00:00:01Z');
    expect(slotsBetween(timetable, { from, to: from + 20_000 }).map(slotText)).toEqual([
      '2026-11-22T00:00:10Z',
      '2026-11-22T00:00:20Z',
    ]);
    expect(isSlot(timetable, at('2026-11-22T00:00:20Z'))).toBe(true);
    expect(isSlot(timetable, at('2026-11-22T00:00:21Z'))).toBe(false);
  });
});
