import { describe, expect, test } from 'vitest';
import type { PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type { Unsettled } from '../../../lib/login-gate/memory.ts';
import { isLeaseOf } from '../../../lib/login-gate/outcome-store.ts';
import { claim, permit } from '../../../lib/login-gate/transitions.ts';
import { credentialsOf } from '../../rigs/login-gate-setup.ts';
import { chosen, createLoginProcess, me } from '../../rigs/login-process.ts';

const ended = { kind: 'ended', outcome: { kind: 'accepted' } };
const again = { kind: 'again' };
const unsettled = (fence: number): Unsettled => ({
  ...{ fence, tokenRow: undefined, isItemStored: false, triedAt: 0 },
  change: (item: GateItem) => ({ ...item, lease: undefined, neverAccepted: 7 }),
});

describe('a lease', () => {
  test('is used once, by the process that has it', () => {
    const { logins, memory, lease } = createLoginProcess();
    expect(logins.isToUse(lease(0, 'p2/acme'))).toBe(false);
    const mine = lease();
    expect(logins.isToUse(mine)).toBe(true);
    memory.sent = mine;
    expect(logins.isToUse(mine)).toBe(false);
  });

  test('of the same number in a table that was lost and opened again is another one', () => {
    const { logins, memory, lease } = createLoginProcess();
    const mine = lease();
    memory.sent = { fence: mine.fence, since: mine.since - 1 };
    expect(logins.isToUse(mine)).toBe(true);
  });

  test('is to be used again while the outcome of its login is not stored', () => {
    const { logins, memory, lease } = createLoginProcess();
    const mine = lease();
    memory.sent = mine;
    memory.unsettled = unsettled(mine.fence);
    expect(logins.isToUse(mine)).toBe(true);
    memory.unsettled = unsettled(mine.fence - 1);
    expect(logins.isToUse(mine)).toBe(false);
  });

  test('belongs to an owner under a number, and a released one to nobody', () => {
    const { item, lease } = createLoginProcess();
    const { fence } = lease();
    expect(isLeaseOf(me, item(), fence)).toBe(true);
    expect(isLeaseOf('p2/acme', item(), fence)).toBe(false);
    expect(isLeaseOf(me, item(), fence + 1)).toBe(false);
    expect(isLeaseOf(me, { ...item(), lease: undefined }, fence)).toBe(false);
  });

  test('whose outcome is not stored yet stores it and sends nothing', async () => {
    const { memory, lease, use, sent, item } = createLoginProcess();
    const mine = lease();
    memory.unsettled = unsettled(mine.fence);
    expect(await use(mine)).toEqual(again);
    expect([sent, memory.unsettled]).toEqual([[], undefined]);
    expect(item()).toMatchObject({ lease: undefined, neverAccepted: 7 });
  });

  test('whose outcome cannot be stored says that the table failed, and sends nothing', async () => {
    const { memory, lease, use, sent } = createLoginProcess({ writes: Array.from({ length: 9 }, () => 'failed') });
    const mine = lease();
    memory.unsettled = unsettled(mine.fence);
    expect(await use(mine)).toEqual({ kind: 'failed' });
    expect(sent).toEqual([]);
  });

  test('that is 4 s old still sends, by the end of those 4 s, and an older one is taken back', async () => {
    const old = createLoginProcess();
    const lease = old.lease(4_000);
    expect(await old.use(lease)).toMatchObject(ended);
    expect(old.sent).toMatchObject([{ by: lease.since + 4_000 }]);
    const older = createLoginProcess();
    expect(await older.use(older.lease(4_001))).toEqual(again);
    expect(older.sent).toEqual([]);
    expect(older.item()).toMatchObject({ failures: [], lease: undefined });
  });

  test('that another process took over meanwhile is left alone', async () => {
    const { lease, use, sent, item } = createLoginProcess();
    const mine = lease(1_001);
    lease(0, 'p2/acme');
    expect(await use(mine)).toEqual(again);
    expect([sent, item().lease?.owner]).toEqual([[], 'p2/acme']);
  });
});

describe('a count that nothing was sent for', () => {
  test.each([
    [['won'], 'again', 1],
    [['lost'], 'again', 1],
    [['failed', 'won'], 'again', 2],
    [['failed', 'failed'], 'failed', 2],
  ] as const)('is taken back in two tries at most: writes %j', async (writes, kind, tries) => {
    const { lease, use, counts, sent } = createLoginProcess({ writes: [...writes] });
    expect(await use(lease(), { leftMs: 4_999 })).toEqual({ kind });
    expect([counts.writes, sent]).toEqual([tries, []]);
  });
});

describe('a count that may still be taken back', () => {
  test.each([
    ['nobody knows whether it was', ['failed', 'failed', 'won']],
    ['it had not arrived', ['lost', 'won']],
  ] as const)('has no login sent under it, however much time there is: %s', async (_, writes) => {
    const { stage, logins, lease, sent, item } = createLoginProcess({ writes: [...writes] });
    const mine = lease();
    const useWithin = (leftMs: number) =>
      stage.after(logins.use(item(), mine, stage.clock.now() + leftMs, chosen), 1_000);
    await useWithin(4_999);
    expect(await useWithin(20_000)).toEqual(again);
    expect(sent).toEqual([]);
    expect(item()).toMatchObject({ failures: [], lease: undefined });
  });
});

describe('a claim', () => {
  test.each([
    [4_000, 1],
    [4_001, 2],
  ])('of its own, %d ms old, is followed by a login after %d writes', async (ageMs, writes) => {
    const { stage, item, put, attempt, sent } = createLoginProcess();
    put(claim(item(), me, stage.clock.now() - ageMs));
    expect(await attempt()).toMatchObject(ended);
    expect(sent).toMatchObject([{ writes }]);
  });

  test('of somebody else that ran out is replaced first', async () => {
    const { stage, item, put, attempt, sent } = createLoginProcess();
    put(claim(item(), 'p2/acme', stage.clock.now() - 1));
    expect(await attempt()).toMatchObject(ended);
    expect(sent).toMatchObject([{ writes: 2 }]);
  });

  test('that somebody else was faster with is looked at again, and nothing is counted', async () => {
    const { attempt, counts, item } = createLoginProcess({ writes: ['lost'] });
    expect(await attempt()).toEqual(again);
    expect([counts.writes, item().failures]).toEqual([1, []]);
  });

  test('that the table did not take says so, and nothing is counted', async () => {
    const { attempt, counts, item } = createLoginProcess({ writes: ['failed'] });
    expect(await attempt()).toEqual({ kind: 'claim-failed' });
    expect([counts.writes, item().failures]).toEqual([1, []]);
  });

  test('whose write took 4 s is counted, and one that took longer is not', async () => {
    const slow = createLoginProcess({ tookMs: 4_000 });
    await slow.attempt();
    expect(slow.counts.writes).toBeGreaterThan(1);
    const slower = createLoginProcess({ tookMs: 4_001 });
    expect(await slower.attempt()).toEqual(again);
    expect([slower.counts.writes, slower.item().failures]).toEqual([1, []]);
  });

  test('whose count somebody else was faster with is looked at again, and nothing is sent', async () => {
    const { attempt, sent } = createLoginProcess({ writes: ['won', 'lost'] });
    expect(await attempt()).toEqual(again);
    expect(sent).toEqual([]);
  });
});

describe('a lease that the process finds again', () => {
  const named = { named: true };
  const foreign: [string, PartnerCredentials][] = [
    ['of another user', { ...chosen, username: 'second' }],
    ['that says something else by now', { ...chosen, password: 'another' }],
    ['of another id', { ...chosen, versionId: 'v1' }],
  ];

  test('sends the version that it names', async () => {
    const { lease, use, sent } = createLoginProcess();
    expect(await use(lease(), named)).toMatchObject(ended);
    expect(sent).toMatchObject([{ versionId: 'v0' }]);
  });

  test.each(foreign)('sends no version %s, and is taken back', async (_, found) => {
    const { lease, use, sent, item } = createLoginProcess({ credentials: { version: async () => found } });
    expect(await use(lease(), named)).toEqual(again);
    expect([sent, item().failures]).toEqual([[], []]);
  });

  test('by a permission sends AWSCURRENT alone, read in the last 5 s', async () => {
    const ages: number[] = [];
    const fresh = async (_: string, ageMs: number) => {
      ages.push(ageMs);
      return chosen;
    };
    const version = () => Promise.reject(new Error('not asked for'));
    const { stage, put, item, lease, use, sent } = createLoginProcess({ credentials: { fresh, version } });
    put(permit(item(), 'v0', false, stage.clock.now()));
    expect(await use(lease(), named)).toMatchObject(ended);
    expect([sent.length, ages]).toEqual([1, [5_000]]);
  });

  test('by a permission sends nothing where AWSCURRENT is another version by now, and gives it back', async () => {
    const { stage, put, item, lease, use, sent } = createLoginProcess({
      credentials: { fresh: async () => credentialsOf('v1') },
    });
    put(permit(item(), 'v0', false, stage.clock.now()));
    expect(await use(lease(), named)).toEqual(again);
    expect(sent).toEqual([]);
    expect(item()).toMatchObject({ permission: { versionId: 'v0' }, failures: [] });
  });
});
