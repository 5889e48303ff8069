import { beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../lib/balances/keys.ts';
import type { Grants } from '../../../lib/grants.ts';
import { reconcile, reconcileJob } from '../../../lib/snapshots/reconcile.ts';
import { createJobs } from '../../rigs/jobs.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { MINUTE, measured, midnight, rule, rulesOf, watchOf } from '../../rigs/samples.ts';

const QUARTER = 15 * MINUTE;
const DUE = 6 * MINUTE;
const [A, B] = ['CEKTEST001', 'CEKTEST002'];

let table = createMemoryTable();
let job = createJobs(table);
beforeEach(() => {
  table = createMemoryTable();
  job = createJobs(table);
});

/** Two accounts of company A, the others of B. */
const accountOf = (index: number) => ({ companyId: index < 2 ? A : B, cardAccountId: `CA${index}` });

async function watchMany(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await job.watches.put(watchOf({ ...accountOf(index), start: midnight - 1, rules: rulesOf(rule) }), undefined);
  }
}

async function measure(number: number, count: number, dead: readonly number[]): Promise<void> {
  const slot = midnight + number * QUARTER;
  await job.deps.runs.begin(slot);
  for (let index = 0; index < count; index += 1) {
    const failed = { slot, status: 'failed', reason: 'upstream-timeout' } as const;
    await job.deps.slots.put(accountOf(index), dead.includes(index) ? failed : measured(slot, 500_000));
  }
  job.world.now = slot + DUE;
}

/** What was told since this was asked last. */
function told(): string[] {
  return job.world.published.splice(0).map(({ type, companyId }) => `${type} ${companyId}`);
}

async function close(number: number, count: number, dead: readonly number[] = []): Promise<string[]> {
  await measure(number, count, dead);
  await job.run();
  return told();
}

const grantsOf = (partners: Readonly<Record<string, string>>): Grants => ({
  erp: { grants: Object.entries(partners).map(([companyId, partner]) => ({ partner, companyId })) },
});

describe('two dead accounts of nine, which are more than a fifth of their partner', () => {
  test('do not keep another company from being told that its accounts can be read again', async () => {
    await watchMany(9);
    expect(await close(0, 9, [0, 1])).toEqual([`ReadingsUnavailable ${A}`]);
    expect(await close(1, 9, [0, 1, 2])).toEqual([`ReadingsUnavailable ${B}`]);
    expect(await close(2, 9, [0, 1])).toEqual([`ReadingsRestored ${B}`]);
    expect([await close(3, 9, [0, 1]), await close(4, 9, [0, 1])]).toEqual([[], []]);
    expect(await close(5, 9, [0, 1, 3])).toEqual([`ReadingsUnavailable ${B}`]);
    expect(await close(6, 9)).toEqual([`ReadingsRestored ${A}`, `ReadingsRestored ${B}`]);
  });

  test('do not hold back that a balance of another company is not stated', async () => {
    await watchMany(9);
    const other = { ...rule, balance: 'availableOnCards' as const };
    const held = await job.watches.get(accountOf(5));
    await job.watches.put({ ...watchOf(accountOf(5)), ...held, rules: rulesOf(other, midnight - 1) }, held);
    const seen: string[] = [];
    for (const number of [0, 1, 2]) {
      const slot = midnight + number * QUARTER;
      const row = measured(slot, 500_000);
      if (row.status !== 'measured') continue;
      const balances = { ...row.snapshot.balances, availableOnCards: null };
      await job.deps.slots.put(accountOf(5), { ...row, snapshot: { ...row.snapshot, balances } });
      seen.push(...(await close(number, 9, [0, 1])));
    }
    expect(seen).toEqual([`ReadingsUnavailable ${A}`, `BalanceUnknown ${B}`]);
  });
});

describe('an outage ends', () => {
  test('when its company is read through another partner', async () => {
    await watchMany(5);
    job.world.grants = grantsOf({ [A]: 'acme', [B]: 'acme' });
    expect(await close(0, 5, [2, 3, 4])).toEqual([`ReadingsUnavailable ${B}`]);
    job.world.grants = grantsOf({ [A]: 'beta', [B]: 'beta' });
    expect(await close(1, 5)).toEqual([`ReadingsRestored ${B}`]);
    expect(await job.deps.readings.outages('acme')).toEqual([]);
  });

  test('when its company is read through another partner, though others of the first one stay out', async () => {
    await watchMany(5);
    job.world.grants = grantsOf({ [A]: 'acme', [B]: 'acme' });
    expect(await close(0, 5, [0, 1, 2, 3, 4])).toHaveLength(2);
    job.world.grants = grantsOf({ [A]: 'acme', [B]: 'beta' });
    expect(await close(1, 5, [0, 1])).toEqual([`ReadingsRestored ${B}`]);
  });

  test('when all accounts of the partner are watched no more', async () => {
    await watchMany(2);
    expect(await close(0, 2, [0, 1])).toEqual([`ReadingsUnavailable ${A}`]);
    for (const index of [0, 1]) {
      const held = await job.watches.get(accountOf(index));
      await job.watches.put({ ...watchOf(accountOf(index)), ...held, end: job.world.now, rules: {} }, held);
    }
    await close(1, 0);
    expect(await job.deps.readings.outages('acme')).toEqual([]);
  });

  test('untold while another partner cannot read the company', async () => {
    await watchMany(6);
    const of = (partner: string, companyId: string, cardAccountIds: string[]) => ({
      partner,
      companyId,
      cardAccountIds,
    });
    job.world.grants = {
      erp: { grants: [of('acme', A, ['CA0', 'CA1']), of('acme', B, ['CA2', 'CA3']), of('beta', B, ['CA4', 'CA5'])] },
    };
    expect(await close(0, 6, [2, 3, 4, 5])).toEqual([`ReadingsUnavailable ${B}`, `ReadingsUnavailable ${B}`]);
    expect(await close(1, 6, [4, 5])).toEqual([]);
    expect(await job.deps.readings.outages('acme')).toEqual([]);
    expect(await close(2, 6)).toEqual([`ReadingsRestored ${B}`]);
  });
});

describe('what an older slot says', () => {
  test('begins no outage that is over: its job came late', async () => {
    await watchMany(5);
    await close(0, 5);
    await measure(1, 5, [2, 3, 4]);
    await reconcile(job.deps, Number.POSITIVE_INFINITY);
    const late = job.world.closeJobs.splice(0);
    expect(late).toMatchObject([{ kind: 'judge' }]);
    expect(await close(2, 5)).toEqual([]);
    for (const each of late) await reconcileJob(job.deps, each, Number.POSITIVE_INFINITY);
    expect(told()).toEqual([]);
  });

  test('changes nothing of what a newer one has noted', async () => {
    const { readings } = job.deps;
    const company = { partner: 'acme', companyId: A };
    const first = await readings.begin(company, 10_000);
    if (!first) throw new Error('no outage');
    expect(await readings.begin(company, 20_000)).toBeUndefined();
    await readings.lasts(company, 20_000);
    expect(await readings.end(first, 15_000)).toBe(false);
    expect(await readings.end(first, 30_000)).toBe(true);
    await readings.forget(first);
    expect(await readings.begin(company, 25_000)).toBeUndefined();
    await readings.told(first);
    expect(await readings.outages('acme')).toEqual([]);
    expect(await readings.begin(company, 40_000)).toMatchObject({ slot: 40_000 });
  });

  test('reads outages of a release that noted only when they began', async () => {
    const { readings } = job.deps;
    await table.put(keys.outage({ partner: 'acme', companyId: A }), { v: 1, state: 'told', slot: midnight });
    await table.put(keys.outage({ partner: 'acme', companyId: B }), { v: 1, state: 'over', slot: midnight });
    expect(await readings.outages('acme')).toEqual([
      { partner: 'acme', companyId: A, slot: midnight, last: midnight, isTold: true, endedBy: null },
    ]);
    expect(await readings.begin({ partner: 'acme', companyId: B }, midnight)).toBeUndefined();
    expect(await readings.begin({ partner: 'acme', companyId: B }, midnight + 1_000)).toBeDefined();
    await watchMany(2);
    expect(await close(1, 2)).toContain(`ReadingsRestored ${A}`);
  });
});

test('the end of an outage has one id, however often the bus does not take it', async () => {
  await watchMany(2);
  await close(0, 2, [0, 1]);
  const ids = new Set<string>();
  const publish = async ({ eventId }: { readonly eventId: string }) => {
    ids.add(eventId);
    throw new Error('taken, but the answer was lost');
  };
  for (const number of [1, 2]) {
    await measure(number, 2, []);
    await job.run({ publish });
  }
  await close(3, 2);
  expect(ids.size).toBe(1);
  expect(await job.deps.readings.outages('acme')).toEqual([]);
});
