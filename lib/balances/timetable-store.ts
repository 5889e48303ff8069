import * as z from 'zod/mini';
import { createMemory } from '../remember.ts';
import type { Timetable } from '../slots.ts';
import { always, type Era, eraFrom, hourBefore, isSameTimetable, type Timetables } from '../timetables.ts';
import { keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
import { createRunStore, type RunStore } from './run-store.ts';
import type { Table } from './table.ts';

/** The history of the timetable: what was expected at an instant is what the timetable of that instant says. */
export type TimetableStore = {
  /** Ascending; empty before the first run. */
  eras(): Promise<readonly Era[]>;
  /** Notes that a timetable is the one from an instant (whole seconds) on. One that is noted already stays. */
  begin(era: Era): Promise<void>;
};

const duration = z.int().check(z.positive());
const eraItem = z.object({
  v: version,
  sk: z.string(),
  period: duration,
  window: duration,
  /** Where the era before ends, in epoch ms. */
  ends: z.optional(z.int()),
});

/** The rows `timetable#<from>` in the balances table; they stay, since there are few. */
export function createTimetableStore(table: Pick<Table, 'query' | 'put'>): TimetableStore {
  return {
    async eras() {
      const { items } = await table.query(queries.timetables(), { consistent: true });
      return items.map((item) => {
        const { sk, period, window, ends } = parseRow(eraItem, item);
        return {
          from: Date.parse(sk.slice('timetable#'.length)),
          ...(ends !== undefined && { previousTo: ends }),
          timetable: { periodMs: period, windowMs: window },
        };
      });
    },

    async begin({ from, previousTo, timetable: { periodMs, windowMs } }) {
      const row = { v: VERSION, period: periodMs, window: windowMs, ends: previousTo };
      await table.put(keys.timetable(from), row, { absent: true });
    },
  };
}

/** The timetables as they were; where no run has noted any, the one of the settings was always the one. */
export type ReadTimetables = () => Promise<Timetables>;

/** How old a reader's knowledge may be: a change of settings shows in the history at the next run anyway. */
const KEEP_MS = 60_000;

type Sources = {
  readonly timetables: Pick<TimetableStore, 'eras'>;
  readonly runs: Pick<RunStore, 'runs'>;
};

/** @param current the timetable of the settings */
export function createReadTimetables(table: Table, current: Timetable, now: () => number): ReadTimetables {
  const sources = { timetables: createTimetableStore(table), runs: createRunStore(table, now) };
  const memory = createMemory<Timetables>(now, 1);
  return () => memory.get('timetables', () => readTimetables(sources, current, now()), KEEP_MS);
}

/**
 * The eras, and one more where the settings have changed and no run has noted it yet: between the last slot that was
 * planned and now, nobody knows which timetable was the one.
 */
export async function readTimetables(
  { timetables, runs }: Sources,
  current: Timetable,
  now: number,
): Promise<Timetables> {
  const known = timetablesOf(await timetables.eras(), current);
  if (isSameTimetable(lastOf(known).timetable, current)) return known;
  // A run may be late by its window, and notes the timetable from its slot on.
  const first = now - current.windowMs;
  const planned = await runs.runs({ ...hourBefore(first), to: now });
  return [...known, { ...eraFrom(current, first, planned.at(-1)?.slot), from: now, isUnnoted: true }];
}

export function timetablesOf([first, ...rest]: readonly Era[], current: Timetable): Timetables {
  return first ? [first, ...rest] : always(current);
}

function lastOf([first, ...rest]: Timetables): Era {
  return rest.at(-1) ?? first;
}
