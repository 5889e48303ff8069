import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { allowOne, otherFails } from '../../../lib/login-gate/permission.ts';
import { settledStatus } from '../../../lib/login-gate/status.ts';
import { createStage, credentialsOf, loginId, partner, permit, type Stage } from '../../rigs/login-gate-setup.ts';

const { pair } = versionOf(credentialsOf('v0'));
const failed = (times: number) => [{ pair, count: times }];

/** A stage whose item stands so. */
function stageWith(item: Partial<GateItem>): Stage {
  const stage = createStage([]);
  const before = stage.item();
  if (before) stage.table.put({ ...before, ...item });
  return stage;
}

describe('allow-one', () => {
  describe('where the gate goes on by itself', () => {
    const before = credentialsOf('v0');
    const worked = versionOf(before).content;
    const refusedNow = {
      content: versionOf(credentialsOf('v1')).content,
      pair,
      versionId: 'v1',
      at: 0,
      standing: true,
    };
    const another = { failures: [{ pair: 'another', count: 1 }], proven: [worked] };
    const asked = { sameSecret: false, unlockedByEnkash: true };
    const fallenBack = () => {
      const stage = stageWith({ failures: failed(1), proven: [worked], refused: [refusedNow] });
      stage.secrets.versions.push(credentialsOf('v1'));
      return stage;
    };

    test('with the version before, permits the refused one, which may have been tried too early', async () => {
      const stage = fallenBack();
      expect(await permit(stage, { sameSecret: false })).toBe('needs-same-secret');
      expect(await permit(stage, { unlockedByEnkash: false })).toBe('allowed');
      expect(stage.item()).toMatchObject({ permission: { versionId: 'v1', unlocked: false } });
    });

    test('permits nothing without need, even where EnKash was asked', async () => {
      expect(await permit(stageWith({ failures: failed(1), proven: [worked] }), asked)).toBe('not-needed');
      expect(await permit(stageWith(another), { ...asked, unlockedByEnkash: false })).toBe('not-needed');
      expect(await permit(stageWith({ ...another, control: { tries: 2, at: 0 } }), asked)).toBe('not-needed');
    });

    test("permits one so that EnKash's unlocking forgives the failures of another API client", async () => {
      const stage = stageWith(another);
      expect(await permit(stage, asked)).toBe('allowed');
      expect(stage.item()).toMatchObject({ permission: { versionId: 'v0', count: 1, unlocked: true } });
    });
  });

  test('looks five seconds after what was shown: until then Secrets Manager may tell the version before', async () => {
    const stage = stageWith({ failures: failed(2) });
    const shown = { loginId, rev: 1, count: 2, versionId: 'v0' };
    const slept: number[] = [];
    const sleep = async (ms: number) => {
      slept.push(ms);
      stage.secrets.versions.push(credentialsOf('v1'));
    };
    const deps = { ...stage.deps, store: stage.table, sleep };
    expect(
      await allowOne(deps, await settledStatus(deps, partner), { shown, sameSecret: true, unlockedByEnkash: true }),
    ).toBe('changed');
    expect(slept).toEqual([5_000]);
  });

  test('finds the failures that no success with the current version forgives', () => {
    const current = versionOf(credentialsOf('v0'));
    const of = (...pairs: string[]) => {
      const before = createStage([]).item();
      if (!before) throw new Error('no item');
      return otherFails({ ...before, failures: pairs.map((named) => ({ pair: named, count: 1 })) }, current);
    };
    expect([of(), of(pair), of('unknown'), of(pair, 'another')]).toEqual([false, false, false, true]);
  });
});
