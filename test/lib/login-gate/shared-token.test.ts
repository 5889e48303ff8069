import { describe, expect, test } from 'vitest';
import { TOKEN_ROW_MS } from '../../../lib/budgets.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { newMemory } from '../../../lib/login-gate/memory.ts';
import { createSharedTokens } from '../../../lib/login-gate/shared-token.ts';
import { fingerprint, sealToken } from '../../../lib/login-gate/token.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import { account, createStage, credentialsOf, loginId, partner } from '../../rigs/login-gate-setup.ts';

const credentials = credentialsOf('v0');

/** An item with the token `t1`, its sealed row in the table, and the version that opens it. */
async function rig({ sealedBy = credentials, isGone = false } = {}) {
  const stage = createStage([]);
  stage.store.ms = 0;
  const at = stage.clock.now();
  const id = fingerprint('t1');
  const { content, versionId } = versionOf(credentials);
  const token = { id, content, partner, versionId, issuedAt: at, mayEndAt: at + 300_000, endsAt: at + 300_000 };
  const item = { ...open(undefined, loginId, true), rev: 1, token: { ...token, dead: false, accepted: account } };
  const row = { loginId, fence: 1, id, sealed: sealToken('t1', loginId, sealedBy) };
  await stage.table.writeToken(row);
  const world = { rows: 0, versions: 0, unreachable: false };
  const store = {
    ...stage.table,
    readToken: async (of: string) => {
      world.rows += 1;
      if (world.unreachable) throw new Error('down');
      return stage.table.readToken(of);
    },
  };
  const memory = newMemory('p1/acme');
  const versions = {
    known: () => ({ current: undefined, previous: undefined }),
    read: async () => {
      throw new Error('is not for tokens');
    },
    withContent: async () => {
      world.versions += 1;
      return isGone ? undefined : credentials;
    },
  };
  const tokens = createSharedTokens({ ...stage.deps, store }, loginId, versions, memory);
  return { stage, item, row, world, memory, tokens, at };
}

describe("the fleet's token", () => {
  test('is opened once, remembered with what the fleet knows of it, and then served from memory', async () => {
    const { tokens, item, memory, world, at } = await rig();
    const session = { token: 't1', id: fingerprint('t1'), credentials, expiresAt: at + 300_000, accepted: account };
    expect(await tokens.open(item)).toEqual(session);
    expect(await tokens.open(item)).toBe(memory.held);
    expect(world).toMatchObject({ rows: 1, versions: 1 });
  });

  test('in memory learns what the fleet knows of it, and forgets nothing that this process knows', async () => {
    const { tokens, item, memory } = await rig();
    const unknown = { ...item, token: { ...item.token, accepted: undefined } };
    await tokens.open(unknown);
    expect(memory.held?.accepted).toBeUndefined();
    await tokens.open(item);
    expect(memory.held?.accepted).toEqual(account);
    await tokens.open(unknown);
    expect(memory.held?.accepted).toEqual(account);
  });

  test.each([
    ['the gate is not open', { opened: false }, {}],
    ['EnKash refused it', {}, { dead: true }],
    ['it has ended', {}, { endsAt: 0 }],
  ])('is not served where %s', async (_, change, tokenChange) => {
    const { tokens, item, world } = await rig();
    expect(await tokens.open({ ...item, ...change, token: { ...item.token, ...tokenChange } })).toBeUndefined();
    expect(world.rows).toBe(0);
  });

  test('ends in the very millisecond that its life says', async () => {
    const { tokens, item, stage } = await rig();
    await stage.clock.runUntil(item.token.endsAt - 1);
    expect(await tokens.open(item)).toMatchObject({ token: 't1' });
    await stage.clock.runUntil(item.token.endsAt);
    expect(await tokens.open(item)).toBeUndefined();
  });

  test('is taken anew when the fleet has another than this process', async () => {
    const { tokens, item, stage, row, world } = await rig();
    await tokens.open(item);
    const id = fingerprint('t2');
    await stage.table.writeToken({ ...row, fence: 2, id, sealed: sealToken('t2', loginId, credentials) });
    expect(await tokens.open({ ...item, token: { ...item.token, id } })).toMatchObject({ token: 't2' });
    expect(world.rows).toBe(2);
  });

  test('whose row is behind is waited for, and is lost when the row never comes', async () => {
    const { tokens, item, stage } = await rig();
    const ahead = { ...item, token: { ...item.token, id: 'another' } };
    await stage.clock.runUntil(item.token.issuedAt + TOKEN_ROW_MS);
    expect(await tokens.open(ahead)).toBe('not-yet');
    await stage.clock.runUntil(item.token.issuedAt + TOKEN_ROW_MS + 1);
    expect(await tokens.open(ahead)).toBe('lost');
  });

  test('is waited for while its row cannot be read, however long', async () => {
    const { tokens, item, world, stage } = await rig();
    world.unreachable = true;
    await stage.clock.runUntil(stage.clock.now() + TOKEN_ROW_MS + 1);
    expect(await tokens.open(item)).toBe('not-yet');
  });

  test.each([
    ['whose version is gone', { isGone: true }, 0],
    ['that another secret sealed', { sealedBy: { ...credentials, basicSecret: 'another' } }, 1],
  ])('%s is left alone for 30 s, then looked at again', async (_, setup, rows) => {
    const { tokens, item, world, stage } = await rig(setup);
    expect(await tokens.open(item)).toBeUndefined();
    await stage.clock.runUntil(stage.clock.now() + 29_999);
    expect(await tokens.open(item)).toBeUndefined();
    expect(world).toMatchObject({ versions: 1, rows });
    await stage.clock.runUntil(stage.clock.now() + 1);
    await tokens.open(item);
    expect(world).toMatchObject({ versions: 2, rows: 2 * rows });
  });
});
