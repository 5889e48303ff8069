import { describe, expect, test } from 'vitest';
import type { Refusal, TokenVerdict } from '../../../lib/enkash/session.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { newMemory } from '../../../lib/login-gate/memory.ts';
import { createRenewal } from '../../../lib/login-gate/renewal.ts';
import { fingerprint } from '../../../lib/login-gate/token.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import { account, createStage, credentialsOf, loginId, partner } from '../../rigs/login-gate-setup.ts';

const credentials = credentialsOf('v0');
type Opened = 'not-yet' | 'lost' | undefined | { token: string };

/** A renewal over a table whose item holds the token `t1`, accepted for the account unless told otherwise. */
function rig({ opens = undefined as Opened, verdict = 'refused' as TokenVerdict, accepted = true } = {}) {
  const stage = createStage([]);
  const at = stage.clock.now();
  const { content, versionId } = versionOf(credentials);
  const held = { token: 't1', id: fingerprint('t1'), credentials, expiresAt: at + 300_000, accepted: undefined };
  const facts = {
    id: held.id,
    content,
    partner,
    versionId,
    issuedAt: at,
    mayEndAt: at + 299_000,
    endsAt: at + 300_000,
  };
  const item: GateItem = {
    ...open(undefined, loginId, true),
    rev: 1,
    token: { ...facts, dead: false, ...(accepted && { accepted: account }) },
  };
  stage.table.put(item);
  const memory = { ...newMemory('p1/acme'), held };
  const session = { token: opens ? (typeof opens === 'object' ? opens.token : 't1') : 't1', credentials, expiresAt: 0 };
  const tokens = {
    open: async () => (typeof opens === 'object' ? { ...held, token: session.token } : opens),
  };
  const reads: string[] = [];
  const world = { verdict, memory, stage, reads, item };
  const renew = createRenewal(stage.deps, partner, loginId, memory, tokens);
  const ask = (changes: Partial<Refusal> = {}) => {
    const refusal: Refusal = {
      partner,
      session: { token: 't1', credentials, expiresAt: at + 300_000 },
      account,
      deadline: stage.clock.now() + 9_000,
      repeated: false,
      controlRead: async ({ cardAccountId }) => {
        reads.push(cardAccountId);
        return world.verdict;
      },
      ...changes,
    };
    return stage.after(renew(refusal), 10_000);
  };
  return { ...world, world, ask };
}

describe('a token that is over', () => {
  test('is answered with the one in memory when that is another', async () => {
    const { ask, reads, stage } = rig();
    const older = { token: 't0', credentials, expiresAt: 0 };
    expect(await ask({ session: older })).toMatchObject({ token: 't1' });
    expect([reads, stage.store.reads]).toEqual([[], 0]);
  });

  test.each([
    ['the shared one where the fleet has another', { token: 't2' }, { token: 't2' }],
    ['a login where the shared one is the same', { token: 't1' }, 'log-in'],
    ['a login where the shared one is being stored', 'not-yet', 'log-in'],
    ['a login where its row is lost', 'lost', 'log-in'],
    ['a login where there is none', undefined, 'log-in'],
  ] as const)('gives %s, and leaves the memory', async (_, opens, expected) => {
    const { ask, memory, stage, item } = rig({ opens });
    stage.table.put({ ...item, token: undefined });
    const renewed = await ask();
    if (typeof expected === 'string') expect(renewed).toBe(expected);
    else expect(renewed).toMatchObject(expected);
    expect(memory.held).toBeUndefined();
  });
});

describe('an accepted token that is refused', () => {
  test('is dead for the fleet once a control read of the account says so, and that is reported', async () => {
    const { ask, reads, memory, stage } = rig();
    expect(await ask()).toBe('log-in');
    expect(reads).toEqual([account.cardAccountId]);
    expect(stage.item()?.token).toMatchObject({ dead: true });
    expect(memory.held).toBeUndefined();
    expect(stage.events).toEqual([{ kind: 'token-dead', partner }]);
  });

  test('is checked once, however often its mark is lost to others', async () => {
    const { ask, reads, stage } = rig();
    let lost = 2;
    const { replace } = stage.table;
    stage.table.replace = async (next, seen) => (lost-- > 0 ? false : replace(next, seen));
    expect(await ask()).toBe('log-in');
    expect([reads.length, stage.item()?.token?.dead]).toEqual([1, true]);
  });

  test('is given up as gate-unreachable after three marks that were lost, and reported', async () => {
    const { ask, reads, stage } = rig();
    stage.table.replace = async () => false;
    expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED gate-unreachable 1');
    expect([reads.length, stage.store.reads]).toEqual([1, 3]);
    expect(stage.events).toEqual([{ kind: 'unreachable', partner }]);
  });

  test('waits a moment after a mark that the table did not take, and not after one that others were faster with', async () => {
    const waited = async (readOnly: boolean): Promise<number> => {
      const { ask, stage, reads } = rig();
      const sleeps: number[] = [];
      const { sleep } = stage.deps;
      const noted = (ms: number) => {
        sleeps.push(ms);
        return sleep(ms);
      };
      Object.assign(stage.deps, { sleep: noted });
      if (readOnly) stage.store.readOnly = true;
      else stage.table.replace = async () => false;
      await ask();
      expect(reads).toHaveLength(1);
      return sleeps.filter((ms) => ms === 200).length;
    };
    expect([await waited(true), await waited(false)]).toEqual([3, 0]);
  });

  test('is not judged by a table that cannot be read twice', async () => {
    const { ask, reads, stage } = rig();
    stage.store.down = true;
    expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED gate-unreachable 1');
    expect([reads.length, stage.store.reads]).toEqual([0, 2]);
  });

  test('survives one read that failed', async () => {
    const { ask, stage } = rig();
    const { read } = stage.table;
    let fails = 1;
    stage.table.read = async (id) => {
      if (fails-- > 0) throw new Error('down');
      return read(id);
    };
    expect(await ask()).toBe('log-in');
  });

  test('is left alone when the deadline is over', async () => {
    const { ask, reads, stage } = rig();
    expect(await ask({ deadline: stage.clock.now() })).toBe('PARTNER_LOGIN_BLOCKED gate-unreachable 1');
    expect([reads.length, stage.store.reads]).toEqual([0, 0]);
  });

  test('is kept when the control read tells nothing: ask again in a second, without a word to the alarm', async () => {
    const { ask, memory, stage } = rig({ verdict: 'unknown' });
    expect(await ask()).toBe('UPSTREAM_UNAVAILABLE token-refused 1');
    expect(memory.held?.token).toBe('t1');
    expect(stage.events).toEqual([]);
  });
});

describe('a refusal that is about the account', () => {
  test('is remembered for that account alone, and reported', async () => {
    const { ask, reads, stage } = rig({ verdict: 'accepted' });
    const twin = { companyId: account.companyId, cardAccountId: 'CATEST002' };
    expect(await ask()).toBe('UPSTREAM_UNAVAILABLE token-refused 60');
    expect(stage.events).toEqual([{ kind: 'token-refused', partner }]);
    expect(await ask()).toBe('UPSTREAM_UNAVAILABLE token-refused 51');
    expect(reads).toHaveLength(1);
    await ask({ account: twin });
    await ask({ account: { ...account, companyId: 'CEKTEST002' } });
    expect(reads).toHaveLength(3);
    await stage.clock.runUntil(stage.clock.now() + 60_000);
    await ask();
    expect(reads).toHaveLength(4);
  });

  test('is remembered for a thousand accounts at most', async () => {
    const { ask, reads } = rig({ verdict: 'accepted' });
    const twin = (number: number) => ({ account: { ...account, cardAccountId: `CA${number}` } });
    const askAll = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, index) => ask(twin(from + index))));
    await askAll(0, 1_000);
    await ask(twin(0));
    expect(reads).toHaveLength(1_000);
    await ask(twin(1_000));
    await ask(twin(0));
    expect(reads).toHaveLength(1_002);
  });
});

test('a token that this process saw accepted is checked although the fleet does not know it yet', async () => {
  const { ask, reads, memory } = rig({ accepted: false });
  const own = { companyId: account.companyId, cardAccountId: 'CAOWN1' };
  Object.assign(memory.held ?? {}, { accepted: own });
  expect(await ask()).toBe('log-in');
  expect(reads).toEqual([own.cardAccountId]);
});

test('what this process knows of another token says nothing of the refused one', async () => {
  const { ask, reads, memory, world } = rig({ accepted: false });
  Object.assign(memory.held ?? {}, { token: 't9', expiresAt: 0, accepted: account });
  const renewed = await ask();
  expect(reads).toEqual([]);
  expect(renewed).toMatchObject({ token: 't1' });
  expect(world.memory.held?.token).toBe('t9');
});
