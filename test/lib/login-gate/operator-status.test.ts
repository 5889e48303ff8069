import { describe, expect, test } from 'vitest';
import { AppError, CredentialsError } from '../../../lib/errors.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { close, open } from '../../../lib/login-gate/operator.ts';
import { allowOne } from '../../../lib/login-gate/permission.ts';
import { statusOf } from '../../../lib/login-gate/status.ts';
import { claim, count, open as opened } from '../../../lib/login-gate/transitions.ts';
import { createStage, credentialsOf, loginId, partner, permit, type Stage } from '../../rigs/login-gate-setup.ts';

const version = versionOf(credentialsOf('v0'));
const { content, pair } = version;
const failed = (times: number) => [{ pair, count: times }];
const other = 'f'.repeat(64);
const aliveToken = {
  ...{ id: 'id', content: 'c', partner, versionId: 'v9', issuedAt: 0, mayEndAt: 4e12, endsAt: 4e12, dead: false },
};

/** A stage whose item stands so. */
function stageWith(item: Partial<GateItem>, isOpen = true): Stage {
  const stage = createStage([], isOpen);
  const before = stage.item();
  if (before) stage.table.put({ ...before, ...item });
  return stage;
}
const leased = (item: GateItem, now: number) => count(claim(item, 'p1', now), 'p1', partner, version, now);
const itemOf = (stage: Stage): GateItem => {
  const item = stage.item();
  if (!item) throw new Error('no item');
  return item;
};

describe('status', () => {
  const look = (stage: Stage, failure?: unknown) => {
    const { credentials } = stage.deps;
    const fresh = failure === undefined ? credentials.fresh : () => Promise.reject(failure);
    return statusOf({ ...stage.deps, store: stage.table, credentials: { ...credentials, fresh } }, partner);
  };
  const pointTo = (stage: Stage, id: string) => stage.table.writePointer({ partner, loginId: id, at: 0 });

  test('names the reason and the fields of a secret that cannot be right', async () => {
    const stage = stageWith({});
    await pointTo(stage, loginId);
    const status = await look(stage, new CredentialsError('invalid', 5, ['password', 'basicId']));
    expect(status).toMatchObject({ secretProblem: 'invalid password basicId', loginId });
  });

  test('names the code where there is no reason', async () => {
    const stage = createStage([], false);
    await pointTo(stage, other);
    expect(await look(stage, new AppError('INTERNAL'))).toMatchObject({ secretProblem: 'INTERNAL', loginId: other });
  });

  test('hides no defect behind the login of the last token', async () => {
    const stage = createStage([], false);
    await pointTo(stage, other);
    await expect(look(stage, new TypeError('a defect'))).rejects.toThrow(TypeError);
  });

  test('is the problem of the secret itself where no login came before', async () => {
    const stage = createStage([], false);
    await expect(look(stage, new CredentialsError('not-filled'))).rejects.toMatchObject({ reason: 'not-filled' });
  });

  test.each([
    ['an open login', true, other, undefined],
    ['the login of the last token itself', false, loginId, undefined],
    ['a login that was never opened', false, other, other],
  ])('of %s says whether another one serves instead', async (_, isOpen, pointed, instead) => {
    const stage = stageWith({}, isOpen);
    await pointTo(stage, pointed);
    stage.table.put({ ...opened(undefined, other, true), token: aliveToken });
    expect((await look(stage)).servesInstead).toBe(instead);
  });

  test.each<[string, Partial<GateItem>]>([
    ['is closed too', { token: { ...aliveToken, dead: true } }],
    ['was never opened', { opened: false, token: aliveToken }],
    ['has a token that ended', { token: { ...aliveToken, endsAt: 1 } }],
  ])('of a login that was never opened names none that %s', async (_, item) => {
    const stage = stageWith({}, false);
    await pointTo(stage, other);
    stage.table.put({ ...opened(undefined, other, true), ...item });
    expect((await look(stage)).servesInstead).toBeUndefined();
  });

  test('is told though the pointer row cannot be read, where the secret names the login', async () => {
    const stage = stageWith({});
    const store = { ...stage.table, readPointer: () => Promise.reject(new Error('down')) };
    expect(await statusOf({ ...stage.deps, store }, partner)).toMatchObject({ loginId, servesInstead: undefined });
  });

  test('of a login without an item has revision 0, no failures and no versions', async () => {
    const { contents, rev, count: failures, item } = await look(createStage([], false));
    expect({ contents, rev, failures, item }).toStrictEqual({
      contents: { current: undefined, previous: undefined },
      ...{ rev: 0, failures: 0, item: undefined },
    });
  });
});

describe('open', () => {
  test('believes "never tried" of a closed gate that knows of no login', async () => {
    const stage = stageWith({ opened: false });
    expect(await open(stage.table, { loginId, neverTried: true })).toBe('opened');
    expect(stage.item()).toMatchObject({ opened: true, failures: [], rev: 2 });
  });

  test.each<[string, Partial<GateItem>]>([
    ['a login', { lastLogin: { at: 0, partner, versionId: 'v0', outcome: 'accepted', evidence: '200 json' } }],
    ['a refusal', { refused: [{ content, pair, versionId: 'v0', at: 0, standing: false }] }],
    ['a secret that worked', { proven: [content] }],
  ])('does not believe it of one that knows of %s: somebody tried', async (_, known) => {
    const stage = stageWith({ opened: false, ...known });
    expect(await open(stage.table, { loginId, neverTried: true })).toBe('failures-known');
    expect(stage.item()).toMatchObject({ opened: false, rev: 1 });
  });

  test('gives up after three writes that others were faster than', async () => {
    let reads = 0;
    const store = {
      ...createStage([], false).table,
      async read() {
        reads += 1;
        if (reads > 9) throw new Error('it goes on for ever');
        return undefined;
      },
      replace: async () => false,
    };
    expect(await open(store, { loginId, neverTried: true })).toBe('busy');
    expect(reads).toBe(3);
  });
});

describe('a lease', () => {
  test('keeps a gate from being closed until it ends, and no longer', async () => {
    const stage = stageWith({});
    const now = stage.clock.now();
    const item = leased(itemOf(stage), now);
    stage.table.put(item);
    const until = item.lease?.until ?? 0;
    expect(await close(stage.table, { loginId }, until - 1)).toBe('login-under-way');
    expect(await close(stage.table, { loginId }, until)).toBe('closed');
  });

  test('keeps allow-one away until it ends, and no longer', async () => {
    const stage = stageWith({ failures: failed(1) });
    const item = leased(itemOf(stage), stage.clock.now());
    stage.table.put(item);
    await stage.clock.runUntil((item.lease?.until ?? 0) - 1);
    expect(await permit(stage)).toBe('login-under-way');
    await stage.clock.runUntil(item.lease?.until ?? 0);
    expect(await permit(stage)).toBe('allowed');
  });
});

test('close of a login without an item says that it is not open', async () => {
  expect(await close(createStage([], false).table, { loginId }, 0)).toBe('not-open');
});

describe('allow-one', () => {
  const refusal = { content, pair, versionId: 'v0', at: 0, standing: true };
  const by = (outcome: string) => ({ at: 0, partner, versionId: 'v0', content, outcome, evidence: '403 html' });
  const ended = { ...{ owner: 'p1', fence: 1, since: 0, until: 1, partner }, ...{ versionId: 'v0', content, pair } };
  const unasked = { failures: failed(1), control: { tries: 1, at: 0 } };
  const stuck = (tries: number) => ({ failures: failed(1), control: { tries, at: 4e12 } });
  const noted = { failures: failed(2), failed: [content], lastLogin: by('turned-away') };
  const twice = (refused: GateItem['refused']) => ({ failures: failed(2), refused });

  test.each<[string, Partial<GateItem>, string]>([
    ['two failures, and a refusal that stands no more', twice([{ ...refusal, standing: false }]), 'needs-same-secret'],
    ['two failures, and a refusal of another secret', twice([{ ...refusal, content: 'other' }]), 'allowed'],
    [
      'two failures, the last by this secret behind a page',
      { ...twice([]), lastLogin: by('possible') },
      'needs-same-secret',
    ],
    ['two failures, the last login turned away', { ...twice([]), lastLogin: by('turned-away') }, 'allowed'],
    ['two failures, one by this secret before one that was turned away', noted, 'needs-same-secret'],
    ['two failures, a login of this secret that never ended', { ...twice([]), lease: ended }, 'needs-same-secret'],
    ['two failures, and a refusal of this secret', twice([refusal]), 'needs-same-secret'],
    ['one failure, and EnKash not asked again yet', unasked, 'not-needed'],
    ['one failure, and EnKash in vain four times', { ...stuck(4), control: { tries: 4, at: 0 } }, 'needs-same-secret'],
    ['one failure, and EnKash silent four times', stuck(4), 'needs-same-secret'],
    ['one failure, and EnKash silent three times', stuck(3), 'not-needed'],
    ['EnKash silent, and a longer wait beside it', { ...stuck(9), waitUntil: 4.1e12 }, 'not-needed'],
  ])('without a word that the secret is right, at %s, is answered so', async (_, item, answer) => {
    expect(await permit(stageWith(item), { sameSecret: false })).toBe(answer);
  });

  test('writes the next revision', async () => {
    const stage = stageWith({ failures: failed(2), rev: 7 });
    expect(await permit(stage)).toBe('allowed');
    expect(stage.item()).toMatchObject({ rev: 8, permission: { versionId: 'v0', count: 2 } });
  });

  test('is told as allowed though its write arrived, its reply was lost, and the SDK sent it again', async () => {
    const stage = stageWith({ failures: failed(2) });
    const replace: typeof stage.table.replace = async (item, seen) => {
      await stage.table.replace(item, seen);
      return stage.table.replace(item, seen);
    };
    const deps = { ...stage.deps, store: { ...stage.table, replace } };
    const shown = { loginId, rev: 1, count: 2, versionId: 'v0' };
    const request = { shown, sameSecret: true, unlockedByEnkash: true };
    expect(await allowOne(deps, await statusOf(deps, partner), request)).toBe('allowed');
    expect(stage.item()).toMatchObject({ rev: 2, permission: { versionId: 'v0' } });
    expect(await allowOne(deps, await statusOf(deps, partner), request)).toBe('changed');
  });

  test('permits nothing where AWSCURRENT cannot be used', async () => {
    const stage = stageWith({ failures: failed(2) });
    await stage.table.writePointer({ partner, loginId, at: 0 });
    stage.secrets.versions.length = 0;
    expect(await permit(stage)).toBe('no-secret');
    expect(stage.item()?.permission).toBeUndefined();
  });
});
