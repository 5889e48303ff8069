import { beforeEach, describe, expect, test } from 'vitest';
import { createTimetableStore } from '../../../lib/balances/timetable-store.ts';
import { createWatchQuota } from '../../../lib/balances/watch-quota.ts';
import { watchSpans } from '../../../lib/balances/watch-spans.ts';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import type { Grants } from '../../../lib/grants.ts';
import { createTimetable, type EveryMinutes } from '../../../lib/slots.ts';
import type { Outgoing } from '../../../lib/snapshots/plan-slot.ts';
import { parseMessage } from '../../../lib/snapshots/snapshot-message.ts';
import { slotsIn } from '../../../lib/timetables.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, accountNumber, MINUTE, midnight, watchOf } from '../../rigs/samples.ts';

const DAY = 86_400_000;
const QUARTER = 15 * MINUTE;
let table = createMemoryTable();
let sent: Outgoing[] = [];
beforeEach(() => {
  table = createMemoryTable();
  sent = [];
});
const watches = () => createWatchStore(table);
const granted = (partner = 'acme', caller = 'erp', cardAccountIds?: string[]): Grants => ({
  [caller]: { grants: [{ partner, companyId: account.companyId, ...(cardAccountIds && { cardAccountIds }) }] },
});

async function plan(slot: number, { grants = granted(), every = 15 }: { grants?: Grants; every?: EveryMinutes } = {}) {
  const job = createJobs(table);
  Object.assign(job.world, { now: slot + 1_000, grants, timetable: createTimetable(every * 60, 300) });
  await job.plan(slot);
  sent = job.world.sent;
}
const eras = async () =>
  (await createTimetableStore(table).eras()).map(({ from, timetable }) => [from, timetable.periodMs / MINUTE]);

describe('fault 4: a watch that no grant covers', () => {
  beforeEach(() =>
    watches()
      .put(watchOf(account), undefined)
      .then(() => undefined),
  );

  test('is not read in the next slot, is suspended, and goes on when it is covered again', async () => {
    await plan(midnight);
    expect(sent).toHaveLength(1);
    await plan(midnight + QUARTER, { grants: {} });
    expect(sent).toEqual([]);
    expect(watchSpans(await watches().get(account))).toEqual([{ from: midnight, to: midnight + QUARTER }]);
    await plan(midnight + 2 * QUARTER, { grants: granted('acme', 'erp', ['CAOTHER1']) });
    expect(sent).toEqual([]);
    await plan(midnight + 6 * DAY);
    expect(sent).toHaveLength(1);
    expect(await watches().get(account)).toMatchObject({ since: midnight, start: midnight + 6 * DAY, end: null });
    expect(watchSpans(await watches().get(account))).toEqual([
      { from: midnight, to: midnight + QUARTER },
      { from: midnight + 6 * DAY, to: Number.POSITIVE_INFINITY },
    ]);
  });

  test('ends after seven days, and its caller has the place in the quota back', async () => {
    const quota = createWatchQuota(table, () => midnight);
    await quota.take('erp', 1);
    await plan(midnight + QUARTER, { grants: {} });
    await plan(midnight + 7 * DAY, { grants: {} });
    expect((await watches().get(account))?.end).toBeNull();
    await plan(midnight + 7 * DAY + QUARTER, { grants: {} });
    expect((await watches().get(account))?.end).not.toBeNull();
    expect(await quota.take('erp', 1)).toBe(true);
    await plan(midnight + 8 * DAY);
    expect(sent).toEqual([]);
  });

  test('is counted in the run', async () => {
    await plan(midnight + QUARTER, { grants: {} });
    const run = table.partitions.get('runs')?.get('slot#2026-11-22T18:45:00Z');
    expect(run).toMatchObject({ planned: 0, suspended: 1 });
  });

  test('is read through the partner that the grants name now, its own caller’s first', async () => {
    const partnerOf = (body = '') => parseMessage(body)?.partner;
    await plan(midnight, { grants: granted('beta') });
    expect(partnerOf(sent[0]?.body)).toBe('beta');
    await plan(midnight + QUARTER, { grants: { ...granted('other', 'another'), ...granted('beta') } });
    expect(partnerOf(sent[0]?.body)).toBe('beta');
    await plan(midnight + 2 * QUARTER, { grants: granted('other', 'another') });
    expect(partnerOf(sent[0]?.body)).toBe('other');
  });
});

describe('fault 3: another everyMinutes', () => {
  test('has a history, back and forth, which says nothing new about the past', async () => {
    await plan(midnight);
    await plan(midnight + QUARTER, { every: 5 });
    await plan(midnight + 20 * MINUTE, { every: 5 });
    await plan(midnight + 30 * MINUTE);
    expect(await eras()).toEqual([
      [0, 15],
      [midnight + 15 * MINUTE, 5],
      [midnight + 30 * MINUTE, 15],
    ]);
  });

  test('expects no slot of the old timetable that the change left unplanned', async () => {
    for (const minute of [0, 5]) await plan(midnight + minute * MINUTE, { every: 5 });
    await plan(midnight + 60 * MINUTE, { every: 60 });
    expect(await eras()).toEqual([
      [0, 5],
      [midnight + 60 * MINUTE, 60],
    ]);
    const [first, ...rest] = await createTimetableStore(table).eras();
    const slots = first ? slotsIn([first, ...rest], { from: midnight, to: midnight + 3 * 60 * MINUTE }) : [];
    expect(slots.map(({ slot }) => (slot - midnight) / MINUTE)).toEqual([0, 5, 60, 120]);
  });

  test('is written once, however often it is planned, and never by a late firing of an earlier slot', async () => {
    await plan(midnight);
    for (const minute of [15, 20, 15]) await plan(midnight + minute * MINUTE, { every: 5 });
    await plan(midnight + 10 * MINUTE);
    expect(await eras()).toHaveLength(2);
  });
});

test('a watch that was suspended and ended keeps its spans when it begins again', async () => {
  const ended = {
    suspended: midnight + QUARTER,
    end: midnight + DAY,
    past: [{ from: midnight, to: midnight + QUARTER }],
  };
  const watch = watchOf({ ...accountNumber(7), ...ended });
  expect(watchSpans(watch)).toEqual(ended.past);
});
