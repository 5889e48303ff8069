import { beforeEach, describe, expect, test } from 'vitest';
import { noteEdition } from '../../../lib/snapshots/settle-alerts.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { account, midnight, rule, rulesOf } from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

const dynamo = await startTable();
let number = 0;
let cardAccountId = '';
let worker = createWorker(dynamo.table);

beforeEach(() => {
  number += 1;
  cardAccountId = `CATAKE${number}`;
  worker = createWorker(dynamo.table);
});
const pendingOf = async () => (await worker.deps.alerts.get({ ...account, cardAccountId })).pending;

describe('low-balance events', () => {
  const low = { ...rule, confirmations: 1 };

  test('are published once per crossing, with the row cleared afterwards', async () => {
    worker.world.available = () => 99_999;
    await worker.take([{ cardAccountId, rule: low }]);
    await worker.take([{ cardAccountId, rule: low }]);
    expect(worker.world.published.map((event) => [event.type, 'value' in event && event.value])).toEqual([
      ['BalanceLow', '999.99'],
    ]);
    expect(await pendingOf()).toEqual([]);
  });

  test('that the bus does not take go out with the next slot, before anything new', async () => {
    worker.world.available = () => 1;
    const { publish } = worker.world;
    worker.world.publish = async () => {
      throw new Error('bus down');
    };
    expect(await worker.take([{ cardAccountId, rule: low }])).toEqual([]);
    expect((await pendingOf()).map(({ type }) => type)).toEqual(['BalanceLow']);

    worker.world.publish = publish;
    worker.world.available = () => 500_000;
    worker.world.now += 900_000;
    await worker.take([{ cardAccountId, rule: low, slot: midnight + 900_000 }]);
    expect(worker.world.published.map(({ type }) => type)).toEqual(['BalanceLow', 'BalanceRecovered']);
    expect(await pendingOf()).toEqual([]);
  });

  class Crash extends Error {}
  const crash = async (): Promise<never> => {
    throw new Crash();
  };

  test.each([
    ['after the slot is stored', 'before-latest'],
    ['after the latest row is stored', 'before-alerts'],
    ['after state and event are stored', 'before-publish'],
    ['after the event is published', 'before-clear'],
  ])('survive a crash %s: delivered, and with one id', async (_when, point) => {
    worker.world.available = () => 1;
    const { latest, alerts } = worker.deps;
    let writes = 0;
    const crashing = {
      before: {
        latest: point === 'before-latest' ? { ...latest, measured: crash } : latest,
        alerts: {
          ...alerts,
          put: (...args: Parameters<typeof alerts.put>) => {
            writes += 1;
            const dies = point === 'before-alerts' || (point === 'before-clear' && writes === 2);
            return dies ? crash() : alerts.put(...args);
          },
        },
        // A process that dies here never returns: nothing after it may run.
        publish: point === 'before-publish' ? () => new Promise<never>(() => {}) : worker.deps.publish,
      },
    }.before;
    const died = worker.take([{ cardAccountId, rule: low }], crashing);
    if (point === 'before-publish') await new Promise((resolve) => setTimeout(resolve, 100));
    else expect(await died).toEqual(['0']);

    worker.world.now += 180_000;
    expect(await worker.take([{ cardAccountId, rule: low }])).toEqual([]);
    worker.world.now += 720_000;
    await worker.take([{ cardAccountId, rule: low, slot: midnight + 900_000 }]);
    expect(worker.world.published.length).toBeGreaterThanOrEqual(1);
    expect(new Set(worker.world.published.map(({ eventId }) => eventId)).size).toBe(1);
    expect(worker.world.calls).toHaveLength(2);
    expect(await pendingOf()).toEqual([]);
  });

  test('keep one id when two workers decide the same crossing', async () => {
    worker.world.available = () => 1;
    const blind = {
      readRows: async () => worker.deps.readRows([]),
    };
    await Promise.all([1, 2, 3].map(() => worker.take([{ cardAccountId, rule: low }], blind)));
    expect(worker.world.published.length).toBeGreaterThanOrEqual(1);
    expect(new Set(worker.world.published.map(({ eventId }) => eventId)).size).toBe(1);
    expect(await pendingOf()).toEqual([]);
  });

  test('fault 5: a stale message alerts nobody: not of the watch before, not after DELETE', async () => {
    worker.world.available = () => 1;
    const { alerts } = worker.deps;
    const of = { companyId: account.companyId, cardAccountId };
    await noteEdition(alerts, { account: of, edition: midnight, rules: rulesOf(low), ended: null });
    // The message is from an edition before.
    await worker.take([{ cardAccountId, rule: low }]);
    expect(worker.world.published).toEqual([]);
    await noteEdition(alerts, { account: of, edition: midnight + 1, rules: {}, ended: 'unwatched' });
    worker.world.now += 900_000;
    await worker.take([{ cardAccountId, rule: low, slot: midnight + 900_000 }]);
    expect(worker.world.published.map(({ type }) => type)).toEqual(['BalanceWatchEnded']);
  });

  test('are not decided by a slot that is older than a measured one', async () => {
    await worker.take([{ cardAccountId, rule: low, slot: midnight + 900_000, windowMs: 0 }]);
    worker.world.now = midnight + 902_000;
    await worker.take([{ cardAccountId, rule: low, slot: midnight + 900_000 }]);
    worker.world.available = () => 1;
    worker.world.now = midnight + 2_000;
    await worker.take([{ cardAccountId, rule: low }]);
    expect(worker.world.published).toEqual([]);
  });
});
