import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createHandler } from '../../../functions/take-snapshot.ts';
import { keys } from '../../../lib/balances/keys.ts';
import { AccountNotFoundError, CredentialsError, LoginBlockedError, UpstreamError } from '../../../lib/errors.ts';
import { slotText } from '../../../lib/instants.ts';
import { createPacer } from '../../../lib/snapshots/pacer.ts';
import { startTable } from '../../rigs/dynamo.ts';
import { account, measured, midnight, missed, snapshotWith } from '../../rigs/samples.ts';
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

const timeout = () => {
  throw new UpstreamError('UPSTREAM_TIMEOUT');
};
const rowOf = (slot = midnight) => worker.deps.slots.get({ ...account, cardAccountId }, slot);
const latestOf = () => worker.latest.get({ ...account, cardAccountId });

describe('the worker', () => {
  test('stores the slot and the latest row, and nothing personal', async () => {
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(await rowOf()).toEqual(measured(midnight, 150_000));
    const { last, measuredSlot } = await latestOf();
    expect(last).toEqual({ slot: midnight, observedAt: midnight + 2_000, snapshot: snapshotWith(150_000) });
    expect(measuredSlot).toBe(midnight);
  });

  test('needs two writes an account and one look a batch', async () => {
    dynamo.sent.length = 0;
    const batch = Array.from({ length: 50 }, (_, index) => ({ cardAccountId: `CABATCH${index}` }));
    expect(await worker.take(batch)).toEqual([]);
    const count = (name: string) => dynamo.sent.filter((each) => each === name).length;
    expect([count('BatchGetItemCommand'), count('PutItemCommand'), count('UpdateItemCommand')]).toEqual([1, 50, 50]);
    expect(dynamo.sent).toHaveLength(101);
  });

  test('does not ask EnKash for a slot that is measured already', async () => {
    await worker.take([{ cardAccountId }]);
    expect(await worker.take([{ cardAccountId }, { cardAccountId }])).toEqual([]);
    expect(worker.world.calls).toHaveLength(1);
  });

  test.each([
    ['a date that is none', '2026-13-45T99:99:99Z'],
    ['between two seconds', `${new Date(midnight).toISOString().slice(0, 19)}.500Z`],
  ])('returns a message whose slot is %s, and takes its neighbours', async (_what, slot) => {
    const timing = { slot, until: midnight + 300_000, edition: midnight };
    const body = { v: 1, ...timing, partner: 'acme', ...account, cardAccountId: 'CAPOISON' };
    expect(await worker.take([JSON.stringify(body), { cardAccountId }])).toEqual(['0']);
    expect(await rowOf()).toEqual(measured(midnight, 150_000));
  });

  test('returns a record without a body, and takes its neighbours', async () => {
    const timing = { slot: slotText(midnight), until: midnight + 300_000, edition: midnight };
    const body = { v: 1, ...timing, partner: 'acme', ...account, cardAccountId };
    const Records = [{ messageId: 'm0' }, { messageId: 'm1', body: JSON.stringify(body) }];
    const answer = await createHandler(worker.deps)({ Records }, { getRemainingTimeInMillis: () => 20_000 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await rowOf()).toEqual(measured(midnight, 150_000));
  });

  test('returns the account whose rows it cannot read, and takes its neighbours', async () => {
    const sick = { ...account, cardAccountId: `CASICK${number}` };
    await dynamo.table.put(keys.latest(sick), { v: 99, rev: 1 });
    expect(await worker.take([{ cardAccountId: sick.cardAccountId }, { cardAccountId }])).toEqual(['0']);
    await dynamo.table.put(keys.slot(sick, midnight), { v: 99, status: 'odd' });
    expect(await worker.take([{ cardAccountId: sick.cardAccountId }, { cardAccountId }])).toEqual(['0']);
    expect(await rowOf()).toEqual(measured(midnight, 150_000));
  });

  test('asks once for a message that is in the batch twice', async () => {
    await worker.take([{ cardAccountId }, { cardAccountId }]);
    expect(worker.world.calls).toHaveLength(1);
  });

  test('has 64 calls under way at most, and calls others while answers are stored', async () => {
    let [under, most] = [0, 0];
    const written = Promise.withResolvers<void>();
    const readSummary: typeof worker.deps.enkash.readSummary = async (request) => {
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
      return worker.deps.enkash.readSummary(request);
    };
    const many = Array.from({ length: 100 }, (_, index) => ({ cardAccountId: `CAMANY${number}X${index}` }));
    const put: typeof worker.deps.slots.put = (...row) => written.promise.then(() => worker.deps.slots.put(...row));
    const taking = worker.take(many, { enkash: { readSummary }, slots: { ...worker.deps.slots, put } });
    await vi.waitFor(() => expect(worker.world.calls).toHaveLength(100));
    written.resolve();
    expect([await taking, most]).toEqual([[], 64]);
  });

  test('never changes a measured slot, whoever comes later with another balance', async () => {
    const blind = {
      readRows: async () => worker.deps.readRows([]),
    };
    await worker.take([{ cardAccountId }]);
    worker.world.available = () => 1;
    expect(await worker.take([{ cardAccountId }], blind)).toEqual([]);
    expect(worker.world.calls).toHaveLength(2);
    expect(await rowOf()).toEqual(measured(midnight, 150_000));
    expect((await latestOf()).last?.snapshot.balances.available).toBe(150_000);
  });

  test('does not let an older reading of its own replace a younger one of a caller', async () => {
    const observedAt = midnight + 60_000;
    await worker.latest.offer({ ...account, cardAccountId }, { slot: null, observedAt, snapshot: snapshotWith(7) });
    await worker.take([{ cardAccountId }]);
    expect((await latestOf()).last).toEqual({ slot: null, observedAt, snapshot: snapshotWith(7) });
  });

  test.each([
    ['at the end of its window', 300_000],
    ['days later, from the dead-letter queue', 5 * 86_400_000],
  ])('calls nobody %s, and writes missed only where no row is', async (_when, delay) => {
    worker.world.now = midnight + delay;
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(worker.world.calls).toEqual([]);
    expect(await rowOf()).toEqual(missed(midnight, 'late'));

    await worker.deps.slots.put({ ...account, cardAccountId }, measured(midnight + 900_000, 5));
    worker.world.now += 900_000;
    await worker.take([{ cardAccountId, slot: midnight + 900_000 }]);
    expect(await rowOf(midnight + 900_000)).toEqual(measured(midnight + 900_000, 5));
  });

  test('measures until the last millisecond of the window', async () => {
    worker.world.now = midnight + 299_999;
    await worker.take([{ cardAccountId }]);
    expect(await rowOf()).toMatchObject({ status: 'measured', observedAt: midnight + 299_999 });
  });

  test('does not take an answer that came after the window for the slot', async () => {
    worker.world.now = midnight + 299_000;
    worker.world.available = () => {
      worker.world.now = midnight + 300_000;
      return 5;
    };
    await worker.take([{ cardAccountId }]);
    expect(await rowOf()).toEqual({ slot: midnight, status: 'failed', reason: 'late' });
  });

  test('gives a call no more time than the window and the process have left', async () => {
    worker.world.now = midnight + 290_000;
    await worker.take([{ cardAccountId }]);
    expect(worker.world.calls[0]?.deadline).toBe(midnight + 300_000);
  });

  test('leaves a message that is ahead of its slot for later', async () => {
    worker.world.now = midnight - 1;
    expect(await worker.take([{ cardAccountId }])).toEqual(['0']);
    expect(worker.world.calls).toEqual([]);
    expect(await rowOf()).toBeUndefined();
  });

  test('stores a failure, asks for the message again, and measures the slot when it comes back in time', async () => {
    worker.world.available = timeout;
    expect(await worker.take([{ cardAccountId }])).toEqual(['0']);
    expect(await rowOf()).toEqual({ slot: midnight, status: 'failed', reason: 'upstream-timeout' });
    worker.world.now += 180_000;
    worker.world.available = () => 9;
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(await rowOf()).toMatchObject({ status: 'measured' });
  });

  test('lets a failure stand when the message could not come back in time', async () => {
    worker.world.now = midnight + 290_000;
    worker.world.available = timeout;
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(await rowOf()).toMatchObject({ status: 'failed' });
    worker.world.now = midnight + 400_000;
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(await rowOf()).toEqual({ slot: midnight, status: 'failed', reason: 'upstream-timeout' });
  });

  test.each([
    [new LoginBlockedError('locked-out-risk', 30), 'partner-login-blocked'],
    [new CredentialsError('not-filled'), 'credentials-unavailable'],
    [new UpstreamError('UPSTREAM_REFUSED'), 'upstream-refused'],
    [new UpstreamError('UPSTREAM_MISMATCH'), 'upstream-mismatch'],
    [new AccountNotFoundError(), 'account-not-found'],
  ])('does not try again after %o', async (error, reason) => {
    worker.world.available = () => {
      throw error;
    };
    expect(await worker.take([{ cardAccountId }])).toEqual([]);
    expect(await rowOf()).toEqual({ slot: midnight, status: 'failed', reason });
  });

  test('returns only the message of a poisoned account', async () => {
    worker.world.available = ({ cardAccountId: asked }) => {
      if (asked === 'CAPOISON') throw new TypeError('a defect');
      return 5;
    };
    const returned = await worker.take([{ cardAccountId }, { cardAccountId: 'CAPOISON' }, 'not json', '{"v":2}']);
    expect(returned.sort()).toEqual(['1', '2', '3']);
    expect(await rowOf()).toMatchObject({ status: 'measured' });
    expect(worker.world.lines.join()).not.toContain('a defect');
  });

  test('returns every message when the table cannot be read, without calling EnKash', async () => {
    const down = async () => {
      throw new Error('DynamoDB is down');
    };
    await expect(worker.take([{ cardAccountId }], { readRows: down })).rejects.toThrow();
    expect(worker.world.calls).toEqual([]);
  });

  test('returns the messages for which the process has no time left', async () => {
    const advance = async (ms: number) => {
      worker.world.now += ms;
    };
    const pacer = createPacer(0.5, { now: () => worker.world.now, sleep: advance });
    const batch = Array.from({ length: 20 }, (_, index) => ({ cardAccountId: `CASLOW${number}X${index}` }));
    const returned = await worker.take(batch, { paceOf: () => pacer });
    expect(worker.world.calls.length).toBeGreaterThan(5);
    expect(returned.length).toBe(20 - worker.world.calls.length);
  });
});
