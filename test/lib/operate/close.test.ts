import { describe, expect, test } from 'vitest';
import { loginIdOf } from '../../../lib/login-gate/content.ts';
import { claim, count, open as opened } from '../../../lib/login-gate/transitions.ts';
import { credentialsOf, loginId, type Stage, tokenUrl } from '../../rigs/login-gate-setup.ts';
import { createOperator } from '../../rigs/operate-setup.ts';

describe('close', () => {
  test('makes the gate never opened again', async () => {
    const { ask, stage } = createOperator();
    expect(await ask({ action: 'close' })).toMatchObject({ outcome: 'closed', login: loginId.slice(0, 8) });
    expect(stage.item()).toMatchObject({ opened: false });
    expect(await ask({ action: 'close' })).toMatchObject({ outcome: 'not-open' });
  });

  const open = (stage: Stage, id: string) => stage.table.put({ ...opened(undefined, id, true), rev: 1 });
  const secretOf = (username: string) => JSON.stringify({ ...credentialsOf('v1'), versionId: undefined, username });

  test('closes the login that the last token was of, though the secret names another', async () => {
    const { ask, stage } = createOperator({ isOpen: false });
    const before = loginIdOf(tokenUrl, { username: 'before' });
    open(stage, before);
    await stage.table.writePointer({ partner: 'acme', loginId: before, at: 0 });
    expect(await ask({ action: 'close' })).toMatchObject({ outcome: 'closed', login: before.slice(0, 8) });
    expect(stage.table.peek(before)).toMatchObject({ opened: false });
  });

  test.each(['AWSPENDING', 'AWSPREVIOUS'])('closes the login that %s names, which may be sent too', async (label) => {
    const { ask, stage, labels } = createOperator({ pending: secretOf('second') });
    labels.labels.delete('AWSPENDING');
    labels.labels.set(label, 'v1');
    const second = loginIdOf(tokenUrl, { username: 'second' });
    open(stage, second);
    const both = `${loginId.slice(0, 8)}, ${second.slice(0, 8)}`;
    expect(await ask({ action: 'close' })).toMatchObject({ outcome: 'closed', login: both });
    expect([stage.item(), stage.table.peek(second)]).toMatchObject([{ opened: false }, { opened: false }]);
  });

  test('says that a login is under way where one of them is, and nothing where the secret cannot be read', async () => {
    const { ask, stage, labels } = createOperator();
    const item = stage.item();
    const version = { versionId: 'v0', content: 'c', pair: 'p', createdAt: undefined };
    if (item) stage.table.put(count(claim(item, 'p1', stage.clock.now()), 'p1', 'acme', version, stage.clock.now()));
    expect(await ask({ action: 'close' })).toMatchObject({ outcome: 'login-under-way' });
    labels.trouble.isDown = true;
    expect(await ask({ action: 'close' })).toMatchObject({ action: 'none', outcome: 'unreadable' });
    expect(stage.item()).toMatchObject({ opened: true });
  });
});
