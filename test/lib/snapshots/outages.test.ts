import { beforeEach, describe, expect, test } from 'vitest';
import { createWatchStore } from '../../../lib/balances/watch-store.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { MINUTE, measured, midnight, rule, rulesOf, watchOf } from '../../rigs/samples.ts';

const QUARTER = 15 * MINUTE;
const DUE = 6 * MINUTE;
const companies = ['CEKTEST001', 'CEKTEST002'];
const accountOf = (index: number) => ({
  companyId: companies[index % 2] ?? '',
  cardAccountId: `CA${index}`,
});

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
});

async function watchMany(count: number): Promise<void> {
  const watches = createWatchStore(table);
  for (let index = 0; index < count; index += 1) {
    await watches.put(watchOf({ ...accountOf(index), start: midnight - 1, rules: rulesOf(rule) }), undefined);
  }
}

/** Closes a slot in which the first `well` accounts were measured. @returns what was told meanwhile */
async function close(number: number, count: number, well: number): Promise<string[]> {
  const slot = midnight + number * QUARTER;
  job.world.published = [];
  for (let index = 0; index < count; index += 1) {
    const row =
      index < well ? measured(slot, 500_000) : ({ slot, status: 'failed', reason: 'upstream-timeout' } as const);
    await job.deps.slots.put(accountOf(index), row);
  }
  job.world.now = slot + DUE;
  await job.run();
  return job.world.published.map(({ type, companyId }) => `${type} ${companyId}`).sort();
}

describe('fault 6: an outage of EnKash', () => {
  test('of 45 minutes, with 200 accounts of two companies, is two events when it begins and two when it ends', async () => {
    await watchMany(200);
    expect(await close(0, 200, 200)).toEqual([]);
    expect(await close(1, 200, 0)).toEqual(companies.map((company) => `ReadingsUnavailable ${company}`));
    expect([await close(2, 200, 0), await close(3, 200, 0)]).toEqual([[], []]);
    expect(await close(4, 200, 200)).toEqual(companies.map((company) => `ReadingsRestored ${company}`));
    expect(await close(5, 200, 200)).toEqual([]);
    const { memory } = await job.deps.alerts.get(accountOf(0));
    expect(memory.low?.phase ?? 'ok').toBe('ok');
  });

  test('is told again until the bus takes it, its end after its begin', async () => {
    await watchMany(10);
    job.world.busDown = true;
    expect(await close(1, 10, 0)).toEqual([]);
    expect(await close(2, 10, 10)).toEqual([]);
    job.world.busDown = false;
    expect(await close(3, 10, 10)).toEqual([
      ...companies.map((company) => `ReadingsRestored ${company}`),
      ...companies.map((company) => `ReadingsUnavailable ${company}`),
    ]);
    expect(job.world.published.map(({ type }) => type).slice(0, 2)).toEqual([
      'ReadingsUnavailable',
      'ReadingsRestored',
    ]);
    expect(await close(4, 10, 0)).toHaveLength(2);
  });

  test('of no more than a fifth of a partner’s accounts is an Unknown for each rule, after three slots in a row', async () => {
    await watchMany(10);
    expect(await close(0, 10, 10)).toEqual([]);
    expect([await close(1, 10, 8), await close(2, 10, 8)]).toEqual([[], []]);
    expect(await close(3, 10, 8)).toEqual(['BalanceUnknown CEKTEST001', 'BalanceUnknown CEKTEST002']);
    expect(await close(4, 10, 8)).toEqual([]);
    expect(await close(5, 10, 10)).toEqual([]);
    expect(await close(6, 10, 10)).toEqual(['BalanceRecovered CEKTEST001', 'BalanceRecovered CEKTEST002']);
  });

  test('does not make a rule unknown that was put there during it', async () => {
    await watchMany(10);
    await close(0, 10, 10);
    for (const number of [1, 2]) await close(number, 10, 9);
    const watches = createWatchStore(table);
    const held = await watches.get(accountOf(9));
    const since = midnight + 2 * QUARTER + 1;
    await watches.put({ ...watchOf(accountOf(9)), ...held, rules: rulesOf(rule, since), edition: since }, held);
    expect(await close(3, 10, 9)).toEqual(['BalanceWatchEnded CEKTEST002']);
    expect([await close(4, 10, 9), await close(5, 10, 9)]).toEqual([[], ['BalanceUnknown CEKTEST002']]);
  });

  test('says nothing about now when a slot of a backlog is closed late', async () => {
    await watchMany(10);
    await job.deps.runs.begin(midnight);
    job.world.now = midnight + 4 * QUARTER + DUE;
    for (let index = 0; index < 10; index += 1)
      await job.deps.slots.put(accountOf(index), measured(midnight + 4 * QUARTER, 500_000));
    await job.run();
    expect(job.world.published).toEqual([]);
    expect(await job.runOf(midnight)).toMatchObject({ state: 'ended', missed: 10 });
  });
});

test('one account that cannot be read is no outage of its partner, however few others there are', async () => {
  await watchMany(1);
  const told = [await close(1, 1, 0), await close(2, 1, 0), await close(3, 1, 0)];
  expect(told).toEqual([[], ['BalanceUnknown CEKTEST001'], []]);
});
