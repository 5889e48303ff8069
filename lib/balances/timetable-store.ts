import * as z from 'zod/mini';
import { createMemory } from '../remember.ts';
import type { Timetable } from '../slots.ts';
import { always, type Era, type Timetables } from '../timetables.ts';
import { keys, queries } from './keys.ts';
import { parseRow, VERSION, version } from './row.ts';
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
      const { items } = await table.query(queries.timetables());
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

/** @param current the timetable of the settings */
export function createReadTimetables(
  store: Pick<TimetableStore, 'eras'>,
  current: Timetable,
  now: () => number,
): ReadTimetables {
  const memory = createMemory<Timetables>(now, 1);
  return () => memory.get('timetables', async () => timetablesOf(await store.eras(), current), KEEP_MS);
}

export function timetablesOf([first, ...rest]: readonly Era[], current: Timetable): Timetables {
  return first ? [first, ...rest] : always(current);
}
