import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { describeGate } from '../../../lib/login-gate/describe.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { close, open } from '../../../lib/login-gate/operator.ts';
import { allowOne, type PermissionRequest } from '../../../lib/login-gate/permission.ts';
import { statusOf } from '../../../lib/login-gate/status.ts';
import { claim, count, open as opened } from '../../../lib/login-gate/transitions.ts';
import { createStage, credentialsOf, loginId, partner, permit, type Stage } from '../../rigs/login-gate-setup.ts';

const { content, pair } = versionOf(credentialsOf('v0'));
const refusal = { content, pair, versionId: 'v0', at: 0, standing: true };

/** A stage whose item stands so. */
function stageWith(item: Partial<GateItem>): Stage {
  const stage = createStage([]);
  const before = stage.item();
  if (before) stage.table.put({ ...before, ...item });
  return stage;
}
const token = {
  ...{ id: 'id', content: 'c', partner, versionId: 'v9', issuedAt: 0, mayEndAt: 4e12, endsAt: 4e12, dead: false },
};
const failed = (times: number) => [{ pair, count: times }];
const one = { failures: failed(1), refused: [refusal] };
const two = { failures: failed(2), refused: [refusal] };

describe('open and close', () => {
  test('open leaves one login before a human is asked again, or counts from nothing where nobody ever tried', async () => {
    const stage = createStage([], false);
    const { table } = stage;
    expect(await open(table, { loginId, neverTried: false })).toBe('opened');
    expect(stage.item()).toMatchObject({ rev: 1, opened: true, failures: [{ pair: 'unknown', count: 1 }] });
    expect(await open(table, { loginId, neverTried: true })).toBe('already-open');
    expect(stage.item()).toMatchObject({ rev: 1 });
    const fresh = createStage([], false);
    await open(fresh.table, { loginId, neverTried: true });
    expect(fresh.item()).toMatchObject({ failures: [] });
  });

  test('open goes on from the number of the token row that an item before it left, since a lower one stores no token', async () => {
    const stage = createStage([], false);
    await stage.table.writeToken({ loginId, fence: 1_000, id: 'id', sealed: '' });
    await open(stage.table, { loginId, neverTried: true });
    expect(stage.item()).toMatchObject({ fence: 1_000 });
    const unread = createStage([], false);
    const readToken = () => Promise.reject(new Error('a row that cannot be read'));
    expect(await open({ ...unread.table, readToken }, { loginId, neverTried: true })).toBe('opened');
  });

  test('close makes it never opened again; open then goes on with what was counted, and believes no other word', async () => {
    const stage = stageWith(two);
    expect(await close(stage.table, { loginId }, stage.clock.now())).toBe('closed');
    expect(await close(stage.table, { loginId }, stage.clock.now())).toBe('not-open');
    const deps = { ...stage.deps, store: stage.table };
    expect((await statusOf(deps, partner)).verdict).toEqual({ kind: 'closed', reason: 'never-opened' });
    expect(await permit(stage)).toBe('never-opened');
    expect(await open(stage.table, { loginId, neverTried: true })).toBe('failures-known');
    expect(await open(stage.table, { loginId, neverTried: false })).toBe('opened');
    expect((await statusOf(deps, partner)).verdict).toEqual({ kind: 'closed', reason: 'locked-out-risk' });
  });

  test('close waits for a login under way', async () => {
    const stage = stageWith({});
    const item = stage.item();
    if (!item) throw new Error('no item');
    const now = stage.clock.now();
    stage.table.put(count(claim(item, 'p1', now), 'p1', partner, versionOf(credentialsOf('v0')), now));
    expect(await close(stage.table, { loginId }, now)).toBe('login-under-way');
    expect(await permit(stage)).toBe('login-under-way');
  });
});

describe('allow-one', () => {
  test.each<[string, Partial<GateItem>, Partial<PermissionRequest>, string]>([
    ['at two failures, EnKash asked, the refused secret right', two, {}, 'allowed'],
    ['at two failures without asking EnKash', two, { unlockedByEnkash: false }, 'needs-unlocked-by-enkash'],
    ['at two failures with the refused secret unchanged', two, { sameSecret: false }, 'needs-same-secret'],
    ['at two failures of another secret', { failures: failed(2) }, { sameSecret: false }, 'allowed'],
    ['at one failure on purpose', one, { unlockedByEnkash: false }, 'allowed'],
    ['at one failure', one, { sameSecret: false }, 'needs-same-secret'],
    ['where the gate logs in by itself', {}, {}, 'not-needed'],
    ['where it does so after a wait', { failures: failed(1), waitUntil: 4_000_000_000_000 }, {}, 'not-needed'],
    [
      'where it asks EnKash first',
      { failures: failed(1), control: { tries: 1, at: 4_000_000_000_000 } },
      {},
      'not-needed',
    ],
    ['where EnKash has not answered for long', { failures: failed(1), control: { tries: 9, at: 4e12 } }, {}, 'allowed'],
  ])('%s is answered so', async (_, item, flags, answer) => {
    const stage = stageWith(item);
    const before = stage.item();
    expect(await permit(stage, flags)).toBe(answer);
    if (answer === 'allowed') expect(stage.item()?.permission).toMatchObject({ versionId: 'v0' });
    else expect(stage.item()).toEqual(before);
  });

  test('twice says so, and the second changes nothing', async () => {
    const stage = stageWith(two);
    await permit(stage);
    const before = stage.item();
    expect(await permit(stage)).toBe('already-allowed');
    expect(stage.item()).toEqual(before);
  });

  test.each([{ rev: 0 }, { count: 1 }, { versionId: 'v9' }, { loginId: 'other' }])(
    'for what is not there any more changes nothing: %j',
    async (difference) => {
      const stage = stageWith(two);
      const before = stage.item();
      const shown = { loginId, rev: 1, count: 2, versionId: 'v0', ...difference };
      const deps = { ...stage.deps, store: stage.table };
      expect(
        await allowOne(deps, await statusOf(deps, partner), { shown, unlockedByEnkash: true, sameSecret: true }),
      ).toBe('changed');
      expect(stage.item()).toEqual(before);
    },
  );

  test('is spoilt by a write in between', async () => {
    const stage = stageWith(two);
    const deps = { ...stage.deps, store: { ...stage.table, replace: async () => false } };
    const shown = { loginId, rev: 1, count: 2, versionId: 'v0' };
    expect(
      await allowOne(deps, await statusOf(deps, partner), { shown, unlockedByEnkash: true, sameSecret: true }),
    ).toBe('changed');
  });
});

describe('status', () => {
  const words = async (item: Partial<GateItem>) => {
    const stage = stageWith(item);
    return describeGate(await statusOf({ ...stage.deps, store: stage.table }, partner), stage.clock.now()).join('\n');
  };

  test('of a login that was never opened says so, and which one', async () => {
    const stage = createStage([], false);
    const deps = { ...stage.deps, store: stage.table };
    await stage.table.writePointer({ partner, loginId: 'f'.repeat(64), at: 0 });
    stage.table.put({ ...opened(undefined, 'f'.repeat(64), true), token });
    const text = describeGate(await statusOf(deps, partner), 0).join('\n');
    expect(text).toMatch(/^CLOSED \(never-opened\)/);
    expect(text).toContain(`EnKash login: ${loginId.slice(0, 8)}`);
    expect(text).toContain('meanwhile the login of the last token serves: ffffffff');
  });

  test.each<[Partial<GateItem>, RegExp]>([
    [{}, /^open; the next request logs in with version v0/],
    [one, /^CLOSED \(password-refused\)/],
    [two, /^CLOSED \(locked-out-risk\)/],
    [{ failures: failed(1), control: { tries: 2, at: 0, evidence: '404 html' } }, /asks EnKash's application first/],
    [{ backOff: { ms: 1, until: 4e12 } }, /^open; the token host was not reached .* tried again at 2096-10-02/],
    [
      { lastLogin: { at: 0, partner, versionId: 'v0', outcome: 'possible', evidence: '502 html' } },
      /last login: possible \(502 html\), sent 1970/,
    ],
    [two, /versions refused, not sent again: v0/],
    [{ proven: [content] }, /secret version: v0 \(worked\)/],
  ])('says what the gate does next, and why: %#', async (item, text) => {
    expect(await words(item)).toMatch(text);
  });

  test('of a secret that cannot be used names the reason and the login that serves', async () => {
    const stage = stageWith({});
    await stage.table.writePointer({ partner, loginId, at: 0 });
    stage.secrets.versions.length = 0;
    const status = await statusOf({ ...stage.deps, store: stage.table }, partner);
    expect(describeGate(status, 0).join('\n')).toContain('AWSCURRENT cannot be used (not-filled)');
  });
});
