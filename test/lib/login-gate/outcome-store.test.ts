import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem, LoginGateStore } from '../../../lib/login-gate/item.ts';
import { newMemory, type Unsettled } from '../../../lib/login-gate/memory.ts';
import { createOutcomeStore } from '../../../lib/login-gate/outcome-store.ts';
import { claim, count } from '../../../lib/login-gate/transitions.ts';
import { accepted, createStage, loginId, partner, possible, refused } from '../../rigs/login-gate-setup.ts';
import { chosen, createLoginProcess, me } from '../../rigs/login-process.ts';

const everFailing = () => Array.from({ length: 20 }, () => 'failed' as const);
const ended = { kind: 'ended' };

describe('storing an outcome', () => {
  test('is tried five times where the table refuses at once', async () => {
    const { lease, use, counts } = createLoginProcess({ writes: everFailing() });
    expect(await use(lease())).toMatchObject(ended);
    expect(counts.writes).toBe(5);
  });

  // Each try after the first one is a read and a write; a call takes 1 s until it fails.
  test.each([
    ['accepted ends with the 3 s left that the call needs', accepted('t1'), 3],
    ['refused goes on until the deadline', refused, 5],
    ['of an unanswered login goes on until the deadline', possible(true), 5],
  ])('%s', async (_, outcome, tries) => {
    const { stage, lease, use, counts } = createLoginProcess({ writes: everFailing(), tookMs: 1_000, outcome });
    stage.slowLogins(0);
    expect(await use(lease(), { leftMs: 9_000 })).toMatchObject(ended);
    expect(counts.writes).toBe(tries);
  });

  test('accepted late may take a second of what the call needs', async () => {
    const { stage, lease, use, counts } = createLoginProcess({ writes: everFailing(), tookMs: 300 });
    stage.slowLogins(3_900);
    expect(await use(lease(), { leftMs: 5_000 })).toMatchObject(ended);
    expect(counts.writes).toBe(2);
  });
});

describe('the token of a login', () => {
  test('serves from memory once the login was accepted', async () => {
    const { lease, use, memory } = createLoginProcess();
    await use(lease());
    expect(memory.held).toMatchObject({ token: 't1' });
  });

  test('is none where the login was refused, though the item holds an older one', async () => {
    const { stage, put, lease, use, memory } = createLoginProcess({ outcome: refused });
    const issuedAt = stage.clock.now() - 400_000;
    const { content, versionId } = versionOf(chosen);
    const ends = { issuedAt, mayEndAt: issuedAt + 300_000, endsAt: issuedAt + 300_000, dead: false };
    put({ token: { id: 'old', content, versionId, partner, ...ends } });
    await use(lease());
    expect(memory.held).toBeUndefined();
  });

  test('that a 401 has just ended is not held when the next login brings it again', async () => {
    const first = createLoginProcess();
    await first.use(first.lease());
    const { token } = first.item();
    if (!token) throw new Error('no token');
    const second = createLoginProcess();
    second.put({ token: { ...token, dead: true } });
    await second.use(second.lease());
    expect(second.item().token).toMatchObject({ dead: true, broughtAgain: true });
    expect(second.memory.held).toBeUndefined();
  });
});

/** An outcome on its way into the table, under the lease of `owner` that the item `leased` has. */
function storing(change: Partial<LoginGateStore> = {}, owner = me) {
  const stage = createStage([]);
  const { clock, table } = stage;
  const before = stage.item();
  if (!before) throw new Error('no item');
  const leased = { ...count(claim(before, owner, 0), owner, partner, versionOf(chosen), 0), rev: 2 };
  table.put(leased);
  const calls: string[] = [];
  const store: LoginGateStore = { ...table, ...change };
  const deps = {
    ...stage.deps,
    store: {
      ...store,
      async replace(item: GateItem, seen: number) {
        calls.push('item');
        return store.replace(item, seen);
      },
      async writeToken(row: Parameters<LoginGateStore['writeToken']>[0]) {
        calls.push('row');
        return store.writeToken(row);
      },
    },
  };
  const memory = newMemory(me);
  const unsettled: Unsettled = {
    fence: 1,
    change: (item) => ({ ...item, lease: undefined, neverAccepted: 7 }),
    tokenRow: { loginId, fence: 1, id: 'token-1', sealed: 'sealed' },
    isItemStored: false,
    triedAt: 0,
  };
  memory.unsettled = unsettled;
  return {
    stage,
    clock,
    table,
    memory,
    unsettled,
    leased,
    calls,
    ...createOutcomeStore(deps, partner, loginId, memory),
  };
}
const down = () => Promise.reject(new Error('down'));

describe('an outcome', () => {
  test('is tried once though its time is over', async () => {
    const { store, leased, clock, memory, calls } = storing();
    await store(leased, clock.now() - 1);
    expect([memory.unsettled, calls]).toEqual([undefined, ['item', 'row']]);
  });

  test('whose write arrived but whose reply was lost still gets its token a row', async () => {
    const stage = storing({ writeToken: down });
    const written = { ...stage.leased, lease: undefined, rev: 3 };
    const token = { id: 'token-1', content: '', partner, versionId: 'v0', issuedAt: 0, mayEndAt: 0, endsAt: 0 };
    await stage.store({ ...written, token: { ...token, dead: false } }, stage.clock.now());
    expect(stage.unsettled).toMatchObject({ isItemStored: true, tokenRow: { id: 'token-1' } });
    expect(stage.calls.every((call) => call === 'row')).toBe(true);
    expect(stage.memory.unsettled).toBe(stage.unsettled);
  });

  test('of a lease that is somebody else\u2019s by now writes nothing and is over', async () => {
    const { store, leased, clock, memory, calls } = storing({}, 'p2/acme');
    await store(leased, clock.now());
    expect([memory.unsettled, calls]).toEqual([undefined, []]);
  });

  test('of a later login is kept when an earlier one has been stored', async () => {
    const held: { later?: Unsettled } = {};
    const stage = storing({
      replace: async () => {
        held.later = { ...stage.unsettled, fence: 2 };
        stage.memory.unsettled = held.later;
        return true;
      },
    });
    await stage.storeAgain();
    expect(held.later).toBeDefined();
    expect(stage.memory.unsettled).toBe(held.later);
  });
});

describe('one more try', () => {
  test('notes when it was made, though the table cannot be read', async () => {
    const { storeAgain, clock, unsettled, calls } = storing({ read: down });
    await clock.runUntil(clock.now() + 5_000);
    await storeAgain();
    expect([unsettled.triedAt, calls]).toEqual([clock.now(), []]);
  });

  test.each([
    ['with a table', {}],
    ['without its table', { read: down }],
  ])('for nothing writes nothing (%s)', async (_, change) => {
    const { storeAgain, memory, calls } = storing(change);
    memory.unsettled = undefined;
    await storeAgain();
    expect([memory.unsettled, calls]).toEqual([undefined, []]);
  });
});
