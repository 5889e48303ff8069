import { describe, expect, test } from 'vitest';
import { noteAccepted } from '../../../lib/login-gate/acceptance.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { newMemory } from '../../../lib/login-gate/memory.ts';
import { fingerprint } from '../../../lib/login-gate/token.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import { account, createStage, credentialsOf, loginId, partner } from '../../rigs/login-gate-setup.ts';

const credentials = credentialsOf('v0');
const session = { token: 't1', credentials, expiresAt: 0 };

function rig(tokenText = 't1') {
  const stage = createStage([]);
  const at = stage.clock.now();
  const { content, versionId } = versionOf(credentials);
  const facts = {
    content,
    partner,
    versionId,
    issuedAt: at,
    mayEndAt: at + 300_000,
    endsAt: at + 300_000,
    dead: false,
  };
  stage.table.put({ ...open(undefined, loginId, true), rev: 1, token: { id: fingerprint(tokenText), ...facts } });
  const held = { token: 't1', id: fingerprint('t1'), credentials, expiresAt: at + 300_000, accepted: undefined };
  const memory = { ...newMemory('p1/acme'), held };
  const note = (of = session) => stage.after(noteAccepted(stage.deps, loginId, memory, of, account), 1_000);
  return { stage, memory, note };
}

describe('the note that a token was accepted', () => {
  test('is written once', async () => {
    const { stage, note, memory } = rig();
    await note();
    await note();
    expect(stage.item()?.token?.accepted).toEqual(account);
    expect(memory.held.accepted).toEqual(account);
    expect(stage.store.reads).toBe(1);
  });

  test('is not written for another token than the one in memory, nor without any', async () => {
    const { stage, note, memory } = rig();
    await note({ ...session, token: 't0' });
    Object.assign(memory, { held: undefined });
    expect(await note()).toBeUndefined();
    expect(stage.store.reads).toBe(0);
  });

  test("is not written where the fleet's token is another by now", async () => {
    const { stage, note } = rig('t2');
    const before = stage.item();
    await note();
    expect(stage.item()).toBe(before);
  });

  test('is tried three times where others are faster, and not again where the table refuses', async () => {
    const { stage, note } = rig();
    stage.table.replace = async () => false;
    await note();
    const refusing = rig();
    refusing.stage.store.readOnly = true;
    await refusing.note();
    expect([stage.store.reads, refusing.stage.store.reads]).toEqual([3, 1]);
  });

  test('is given up where there is no item, or none can be read', async () => {
    const { stage, note } = rig();
    stage.table.lose();
    expect(await note()).toBeUndefined();
    const down = rig();
    down.stage.store.down = true;
    expect(await down.note()).toBeUndefined();
    expect([stage.store.reads, down.stage.store.reads]).toEqual([1, 1]);
  });
});
