import { beforeEach, describe, expect, test } from 'vitest';
import { AccountNotFoundError, CredentialsError, LoginBlockedError, UpstreamError } from '../../../lib/errors.ts';
import { isWorthRepeating, retryWaitMs } from '../../../lib/snapshots/failure-reasons.ts';
import { createMemoryTable } from '../../rigs/memory-table.ts';
import { account, midnight } from '../../rigs/samples.ts';
import { createWorker } from '../../rigs/worker.ts';

const passing = [
  ...['login-in-progress', 'login-spacing', 'young-version', 'token-ending', 'token-unreadable'],
  ...['no-time-left', 'gate-unreachable'],
];
const closed = ['never-opened', 'password-refused', 'locked-out-risk', 'no-secret'];

let worker = createWorker(createMemoryTable());
beforeEach(() => {
  worker = createWorker(createMemoryTable());
});
const fail = (error: Error) => () => {
  throw error;
};

describe('fault 1: a second of trouble at the start of a slot', () => {
  test.each(passing)('is tried again within seconds when the gate says %s', async (reason) => {
    worker.world.available = fail(new LoginBlockedError(reason, 1));
    expect(await worker.take([{}])).toEqual(['0']);
    expect(worker.world.delays).toEqual([['0', 10]]);
    worker.world.now += 10_000;
    worker.world.available = () => 5;
    expect(await worker.take([{ attempt: 2 }])).toEqual([]);
    expect(await worker.deps.slots.get(account, midnight)).toMatchObject({ status: 'measured' });
  });

  test('is no trouble for a message that is early by seconds: it comes again at its slot', async () => {
    worker.world.now = midnight - 4_500;
    expect(await worker.take([{}])).toEqual(['0']);
    expect([worker.world.delays, worker.world.calls]).toEqual([[['0', 5]], []]);
    worker.world.now += 5_000;
    expect(await worker.take([{ attempt: 2 }])).toEqual([]);
    expect(await worker.deps.slots.get(account, midnight)).toMatchObject({ status: 'measured' });
  });

  test.each(closed)('is final when the gate is closed: %s', (reason) => {
    expect(isWorthRepeating(new LoginBlockedError(reason, 30))).toBe(false);
  });

  test('passes when Secrets Manager is not reached, and does not when the secret is not there', () => {
    expect(isWorthRepeating(new CredentialsError('unreachable'))).toBe(true);
    for (const reason of ['not-filled', 'invalid', 'unknown-partner'] as const)
      expect(isWorthRepeating(new CredentialsError(reason))).toBe(false);
    expect(isWorthRepeating(new UpstreamError('UPSTREAM_REFUSED'))).toBe(false);
    expect(isWorthRepeating(new AccountNotFoundError())).toBe(false);
  });

  test('tells the log which of the gate’s reasons it was', async () => {
    worker.world.available = fail(new LoginBlockedError('gate-unreachable', 1));
    await worker.take([{}]);
    expect(worker.world.lines.join()).toContain('"reason":"gate-unreachable"');
  });

  test('is met by a message that the queue did not take back early, after its visibility time-out', async () => {
    worker.world.available = fail(new LoginBlockedError('gate-unreachable', 1));
    const delay = async () => Promise.reject(new Error('SQS is down'));
    expect(await worker.take([{}], { delay })).toEqual(['0']);
  });
});

/** The instants, in seconds after the slot, at which a message is tried that always fails at once. */
function triesOf(windowSeconds: number): number[] {
  const tries = [0];
  for (let attempt = 1; ; attempt += 1) {
    const now = (tries.at(-1) ?? 0) * 1000;
    const wait = retryWaitMs(attempt, { now, from: 0, to: windowSeconds * 1000 }, {});
    if (wait === undefined) return tries;
    tries.push((now + wait) / 1000);
  }
}

describe('the waits between tries', () => {
  test('leave no long stretch of the window unused, and fit the queue’s ten receives', () => {
    expect(triesOf(300)).toEqual([0, 10, 30, 70, 130, 190, 250]);
    expect(triesOf(60)).toEqual([0, 10, 22, 34, 46, 58]);
    expect(triesOf(900).length).toBeLessThan(10);
    expect(triesOf(10)).toEqual([0, 2, 4, 6, 8]);
  });

  test('obey a longer Retry-After where it ends inside the window', () => {
    const window = { now: 0, from: 0, to: 300_000 };
    expect(retryWaitMs(1, window, { retryAfterSeconds: 45 })).toBe(45_000);
    expect(retryWaitMs(1, window, { retryAfterSeconds: 400 })).toBe(10_000);
    expect(retryWaitMs(1, { ...window, now: 295_000 }, { retryAfterSeconds: 1 })).toBeUndefined();
  });
});
