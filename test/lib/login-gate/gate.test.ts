import { describe, expect, test } from 'vitest';
import { loginIdOf } from '../../../lib/login-gate/content.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import {
  accepted,
  createStage,
  credentialsOf,
  loginId,
  notSent,
  partner,
  permit,
  possible,
  refused,
  type Stage,
  tokenUrl,
} from '../../rigs/login-gate-setup.ts';

const inTime = (stage: Stage) => stage.clock.now() + 9_000;
const ofUser = (versionId: string, username: string) => ({ ...credentialsOf(versionId), username });

describe('a login that was never opened', () => {
  test('sends nothing, says so, and is closed for good until the operator opens it', async () => {
    const stage = createStage([accepted('t1')], false);
    const gate = stage.gate();
    expect(await stage.after(gate.get(partner, inTime(stage)))).toBe('PARTNER_LOGIN_BLOCKED never-opened 60');
    expect([stage.logins, stage.item()]).toEqual([[], undefined]);
    expect(stage.events).toEqual([{ kind: 'closed', partner, reason: 'never-opened' }]);
    stage.table.put({ ...open(undefined, loginId, false), rev: 1 });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [] });
  });

  test('is what a lost table leaves, whatever was counted before', async () => {
    const stage = createStage([refused]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    stage.table.lose();
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/never-opened/);
    stage.table.put({ ...open(undefined, loginId, false), rev: 1 });
    expect(stage.logins).toHaveLength(1);
  });
});

test('a login that was never opened is told so though the one before it is closed too', async () => {
  const stage = createStage([], false);
  const before = loginIdOf(tokenUrl, { username: 'before' });
  stage.table.put({ ...open(undefined, before, true), rev: 1 });
  await stage.table.writePointer({ partner, loginId: before, at: 0 });
  expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toBe('PARTNER_LOGIN_BLOCKED never-opened 60');
});

describe('one EnKash user', () => {
  test('under two partner names has one item, one token, and one login', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const both = await stage.after(Promise.all([partner, 'beta'].map((name) => gate.get(name, inTime(stage)))));
    expect(both).toMatchObject([{ token: 't1' }, { token: 't1' }]);
    expect(stage.logins).toHaveLength(1);
  });

  test('is not forgiven by the success of another one', async () => {
    const stage = createStage([refused, accepted('t-old')]);
    const other = loginIdOf(tokenUrl, { username: 'second' });
    stage.table.put({ ...open(undefined, other, true), rev: 1 });
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    stage.secrets.versions.push(ofUser('v1', 'second'));
    await stage.clock.runUntil(stage.clock.now() + 31_000);
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't-old' });
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }] });
    expect(stage.table.peek(other)).toMatchObject({ failures: [] });
  });

  test('keeps the failures of one API client through the success of another', async () => {
    const stage = createStage([refused, accepted('t1')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    stage.secrets.versions.push({ ...credentialsOf('v1'), clientId: 'second-client' });
    await stage.clock.runUntil(stage.clock.now() + 31_000);
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }] });
  });
});

describe('a secret saved', () => {
  const served = async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    await stage.after(stage.gate().get(partner, inTime(stage)));
    return stage;
  };

  test('for a user that was never opened leaves the partner with the login before', async () => {
    const stage = await served();
    stage.secrets.versions.push(ofUser('v1', 'typo'));
    const gate = stage.gate();
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v0']);
    // Nobody was turned away, so nobody is called.
    expect(stage.events.filter(({ kind }) => kind === 'closed')).toEqual([]);
  });

  test('that EnKash refuses is not sent again, and the one before one that had worked is not either', async () => {
    const stage = createStage([accepted('t0'), accepted('t1'), refused, accepted('t2')]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, inTime(stage)));
    const later = () => stage.clock.runUntil(stage.clock.now() + 331_000);
    await ask();
    stage.secrets.versions.push(credentialsOf('v1'));
    await later();
    await ask();
    await later();
    // EnKash has another password now.
    expect(await ask()).toMatch(/password-refused/);
    await later();
    expect(await ask()).toMatch(/password-refused/);
    stage.secrets.versions.push(credentialsOf('v2'));
    await later();
    expect(await ask()).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1', 'v1', 'v2']);
  });

  test('that says the same under another version id is not tried again after a refusal', async () => {
    const stage = createStage([refused]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    stage.secrets.versions.push({
      ...credentialsOf('v0'),
      versionId: 'v1',
      encryption: 'aes-128-ecb',
      encryptionSecret: 'x',
    });
    await stage.clock.runUntil(stage.clock.now() + 200_000);
    expect(await stage.after(gate.get(partner, inTime(stage)))).toBe('PARTNER_LOGIN_BLOCKED password-refused 30');
    expect(stage.logins).toHaveLength(1);
  });

  test('right after a failed rotation is tried first, once it is two minutes old', async () => {
    const stage = createStage([accepted('t1'), possible(true), accepted('t2')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    await stage.after(gate.get(partner, inTime(stage)));
    const savedAt = stage.clock.now();
    stage.secrets.versions.push(credentialsOf('v1', savedAt));
    while (stage.logins.length < 3) await stage.after(gate.get(partner, inTime(stage)), 1_000);
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v0', 'v1']);
    expect((stage.logins[2]?.at ?? 0) - savedAt).toBeGreaterThanOrEqual(120_000);
  });
});

test('a permission is for the version that the operator saw: one saved since is not sent, and nothing is spent', async () => {
  const stage = createStage([refused, refused, accepted('t1')]);
  const gate = stage.gate();
  const ask = () => stage.after(gate.get(partner, inTime(stage)));
  await ask();
  stage.secrets.versions.push(credentialsOf('v1'));
  await ask();
  expect(await permit(stage)).toBe('allowed');
  const [, right] = stage.secrets.versions;
  stage.secrets.versions.push(credentialsOf('v2'));
  await stage.clock.runUntil(stage.clock.now() + 31_000);
  expect(await ask()).toMatch(/locked-out-risk/);
  expect(stage.item()).toMatchObject({ permission: { versionId: 'v1' } });
  if (right) stage.secrets.versions.push(right);
  await stage.clock.runUntil(stage.clock.now() + 31_000);
  expect(await ask()).toMatchObject({ token: 't1' });
});

test('a permission outlives a login that was not sent, and ends after 15 minutes', async () => {
  const stage = createStage([refused, notSent]);
  const gate = stage.gate();
  const ask = () => stage.after(gate.get(partner, inTime(stage)));
  await ask();
  await permit(stage);
  expect(await ask()).toMatch(/token-host-unavailable/);
  await stage.clock.runUntil(stage.clock.now() + 900_000);
  expect(await ask()).toMatch(/password-refused/);
  expect(stage.logins).toHaveLength(2);
});

test('a token of life 0 serves for its last second, once; said again, it serves on', async () => {
  const stage = createStage([accepted('zero', 0), accepted('zero', 0)]);
  const gate = stage.gate();
  expect(await stage.after(gate.get(partner, inTime(stage)), 500)).toMatchObject({ token: 'zero' });
  await stage.clock.runUntil(stage.clock.now() + 15_000);
  for (let minute = 0; minute < 4; minute += 1) {
    expect(await stage.after(gate.get(partner, inTime(stage)), 60_000)).toMatchObject({ token: 'zero' });
  }
  expect(stage.logins).toHaveLength(2);
});
