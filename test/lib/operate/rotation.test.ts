import { describe, expect, test } from 'vitest';
import { accepted, refused } from '../../rigs/login-gate-setup.ts';
import { createOperator } from '../../rigs/operate-setup.ts';

const tryPending = { action: 'try-pending' };
const promote = { action: 'promote', pendingId: 'v1', currentId: 'v0' };

describe('try-pending', () => {
  test('sends one login with the pending version, and promotes nothing', async () => {
    const { ask, stage, labels } = createOperator({ outcomes: [accepted('t1')], pending: 'new' });
    const ids = { pendingId: 'v1', currentId: 'v0' };
    expect(await ask(tryPending)).toEqual({ action: 'try-pending', outcome: 'accepted', ...ids });
    expect(await ask(tryPending)).toEqual({ action: 'try-pending', outcome: 'already-proven', ...ids });
    expect(stage.logins).toMatchObject([{ versionId: 'v1' }]);
    expect(labels.labels.get('AWSCURRENT')).toBe('v0');
  });

  test('says how many failures stand after a refusal, and sends no second login', async () => {
    const { ask, stage } = createOperator({ outcomes: [refused], pending: 'mistyped' });
    expect(await ask(tryPending)).toMatchObject({ outcome: 'failed', failures: 1 });
    expect(await ask(tryPending)).toMatchObject({ outcome: 'failures-stand' });
    expect(stage.logins).toHaveLength(1);
  });

  test.each([
    ['nothing pending', undefined, 'no-pending', undefined],
    ['what is current already', 'password-v0', 'same-as-current', undefined],
    ['the placeholder', '{"placeholder":"x"}', 'not-filled', []],
    ['a secret with fields missing', '{"partnerId":"P1"}', 'invalid', expect.arrayContaining(['password'])],
  ])('sends no login for %s', async (_, pending, outcome, fields) => {
    const { ask, stage } = createOperator(pending === undefined ? {} : { pending });
    expect(await ask(tryPending)).toMatchObject({ outcome, ...(fields === undefined ? {} : { fields }) });
    expect(stage.logins).toEqual([]);
  });

  test('tries the version that was just saved, though the label is still on one before it', async () => {
    const { ask, stage, labels } = createOperator({ outcomes: [accepted('t1')], pending: 'left over' });
    labels.save('v2', 'the right one');
    expect(await ask({ ...tryPending, pendingId: 'v2' })).toMatchObject({ outcome: 'accepted', pendingId: 'v2' });
    expect(stage.logins).toMatchObject([{ versionId: 'v2' }]);
  });

  test('looks again where Secrets Manager does not know that version yet, and once only', async () => {
    const { ask, stage, labels } = createOperator({ outcomes: [accepted('t1')] });
    expect(await ask({ ...tryPending, pendingId: 'v9' })).toMatchObject({ outcome: 'no-pending' });
    stage.clock.after(4_000, () => labels.save('v2', 'the right one'));
    expect(await ask({ ...tryPending, pendingId: 'v2' })).toMatchObject({ outcome: 'accepted', pendingId: 'v2' });
  });

  test('opens no gate', async () => {
    const { ask, stage } = createOperator({ isOpen: false, pending: 'new' });
    expect(await ask(tryPending)).toMatchObject({ outcome: 'never-opened' });
    expect(stage.item()).toBeUndefined();
  });

  test('says when the secret cannot be read', async () => {
    const { ask, labels } = createOperator({ pending: 'new' });
    labels.trouble.isDown = true;
    expect(await ask(tryPending)).toEqual({ action: 'none', outcome: 'unreadable', reason: 'unreachable' });
  });
});

describe('promote', () => {
  const tested = async () => {
    const operator = createOperator({ outcomes: [accepted('t1')], pending: 'new' });
    await operator.ask(tryPending);
    return operator;
  };

  test('makes a version current that a login succeeded with', async () => {
    const { ask, labels } = await tested();
    expect(await ask(promote)).toEqual({ action: 'promote', outcome: 'promoted' });
    expect(Object.fromEntries(labels.labels)).toEqual({ AWSCURRENT: 'v1', AWSPREVIOUS: 'v0' });
    expect(await ask(promote)).toMatchObject({ outcome: 'already-current' });
  });

  test('believes no label at once after a move that failed: it may be told late', async () => {
    const { ask, labels, deps, stage } = await tested();
    const moveCurrent = async () => {
      stage.clock.after(3_000, () => labels.labels.set('AWSPREVIOUS', 'v0').set('AWSCURRENT', 'v1'));
      throw new Error('its reply was lost');
    };
    expect(await ask(promote, { ...deps, moveCurrent })).toMatchObject({ outcome: 'promoted' });
  });

  test('refuses one that worked, but before another did', async () => {
    const { ask, stage, labels } = await tested();
    const item = stage.item();
    if (item) stage.table.put({ ...item, proven: ['the one that works now', ...item.proven] });
    expect(await ask(promote)).toMatchObject({ outcome: 'not-tested' });
    expect(labels.labels.get('AWSCURRENT')).toBe('v0');
  });

  test('refuses one that nobody tested', async () => {
    const { ask, labels } = createOperator({ pending: 'new' });
    expect(await ask(promote)).toMatchObject({ outcome: 'not-tested' });
    expect(labels.labels.get('AWSCURRENT')).toBe('v0');
  });

  test('changes nothing where another version became current, or the pending one is gone', async () => {
    const { ask, labels } = await tested();
    expect(await ask({ ...promote, currentId: 'v9' })).toMatchObject({ outcome: 'changed' });
    expect(await ask({ ...promote, pendingId: 'v9' })).toMatchObject({ outcome: 'changed' });
    expect(labels.labels.get('AWSCURRENT')).toBe('v0');
  });

  test('knows a move whose reply was lost from one that was refused', async () => {
    const lost = await tested();
    lost.labels.trouble.losesReplies = true;
    expect(await lost.ask(promote)).toMatchObject({ outcome: 'promoted' });
    const denied = await tested();
    denied.labels.trouble.refusesMoves = true;
    expect(await denied.ask(promote)).toMatchObject({ outcome: 'not-moved' });
  });
});
