import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusOf } from '../../../lib/login-gate/status.ts';
import { operate } from '../../../lib/operate/actions.ts';
import { credentialsOf, loginId, refused } from '../../rigs/login-gate-setup.ts';
import { createOperator } from '../../rigs/operate-setup.ts';

describe('open', () => {
  test('wants to hear what is known of the lock, and changes nothing before', async () => {
    const { ask, stage } = createOperator({ isOpen: false });
    expect(await ask({ action: 'open' })).toEqual({ action: 'open', outcome: 'needs-confirmation' });
    expect(stage.item()).toBeUndefined();
    expect(await ask({ action: 'open', unlockedByEnkash: true })).toMatchObject({ outcome: 'opened' });
    expect(stage.item()).toMatchObject({ opened: true, failures: [{ pair: 'unknown', count: 1 }] });
    expect(await ask({ action: 'open', neverTried: true })).toMatchObject({ outcome: 'already-open' });
  });

  test('counts from nothing where nobody ever tried', async () => {
    const { ask, stage } = createOperator({ isOpen: false });
    expect(await ask({ action: 'open', neverTried: true })).toMatchObject({
      outcome: 'opened',
      login: loginId.slice(0, 8),
    });
    expect(stage.item()).toMatchObject({ failures: [] });
  });

  test('opens no other login than the one that was shown', async () => {
    const { ask, stage } = createOperator({ isOpen: false });
    const answer = await ask({ action: 'open', neverTried: true, loginId: 'another' });
    expect(answer).toMatchObject({ outcome: 'changed' });
    expect(stage.item()).toBeUndefined();
  });

  test('opens nothing where Secrets Manager still tells of the user before the one that was saved', async () => {
    const { ask, stage } = createOperator({ isOpen: false });
    const [before] = stage.secrets.versions;
    if (!before) throw new Error('no secret');
    stage.clock.after(
      4_000,
      () => void stage.secrets.versions.push({ ...before, versionId: 'v1', username: 'second' }),
    );
    expect(await ask({ action: 'open', unlockedByEnkash: true })).toMatchObject({ outcome: 'changed' });
    expect(await ask({ action: 'open', unlockedByEnkash: true, loginId })).toMatchObject({ outcome: 'changed' });
    expect(stage.item()).toBeUndefined();
  });
});

describe('allow-one', () => {
  test('goes by what was shown, and is refused without the words that the count asks for', async () => {
    const { ask, stage, deps } = createOperator({ outcomes: [refused] });
    await stage.after(stage.gate().get('acme', stage.clock.now() + 9_000));
    const { rev, count } = await statusOf(deps.gate, 'acme');
    const shown = { loginId, rev, count, versionId: 'v0' };
    const allow = (more: object) => ask({ action: 'allow-one', shown, ...more });
    expect(await allow({})).toEqual({ action: 'allow-one', outcome: 'needs-same-secret' });
    expect(await allow({ sameSecret: true, shown: { ...shown, rev: rev - 1 } })).toMatchObject({ outcome: 'changed' });
    expect(await allow({ sameSecret: true })).toMatchObject({ outcome: 'allowed' });
    expect(stage.item()?.permission).toMatchObject({ versionId: 'v0', count: 1 });
  });

  test('names no version but the one that Secrets Manager tells five seconds later', async () => {
    const { ask, stage } = createOperator({ outcomes: [refused] });
    await stage.after(stage.gate().get('acme', stage.clock.now() + 9_000));
    const shown = { loginId, rev: stage.item()?.rev, count: 1, versionId: 'v0' };
    stage.clock.after(4_000, () => void stage.secrets.versions.push(credentialsOf('v1')));
    expect(await ask({ action: 'allow-one', shown, sameSecret: true })).toMatchObject({ outcome: 'changed' });
  });

  test('changed nothing, and says so, where the secret can be read no more by then', async () => {
    const { ask, stage } = createOperator({ outcomes: [refused] });
    await stage.after(stage.gate().get('acme', stage.clock.now() + 9_000));
    const shown = { loginId, rev: stage.item()?.rev, count: 1, versionId: 'v0' };
    stage.clock.after(4_000, () => {
      stage.secrets.down = true;
    });
    expect(await ask({ action: 'allow-one', shown, sameSecret: true })).toMatchObject({ outcome: 'unreadable' });
    expect(stage.item()?.permission).toBeUndefined();
  });
});

describe('erase', () => {
  const account = { partner: undefined, companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

  test('counts without a confirmation, and removes with the id said once more', async () => {
    const { ask, erased } = createOperator();
    expect(await ask({ action: 'erase', ...account, dryRun: true })).toMatchObject({ outcome: 'counted', rows: 3 });
    expect(await ask({ action: 'erase', ...account })).toMatchObject({ outcome: 'needs-confirmation', rows: 0 });
    expect(await ask({ action: 'erase', ...account, confirm: 'CATEST002' })).toMatchObject({
      outcome: 'needs-confirmation',
    });
    expect(await ask({ action: 'erase', ...account, confirm: 'CATEST001' })).toMatchObject({
      outcome: 'erased',
      rows: 3,
      watched: true,
    });
    expect(erased).toMatchObject([{ dryRun: true }, { cardAccountId: 'CATEST001', dryRun: false }]);
  });

  test('says when there was nothing, and when its time was up', async () => {
    const { ask } = createOperator();
    const nothing = async () => ({ rows: 0, watched: false, complete: true });
    expect(await ask({ action: 'erase', ...account, confirm: 'CATEST001' }, { erase: nothing })).toMatchObject({
      outcome: 'nothing',
    });
    const half = async () => ({ rows: 9, watched: false, complete: false });
    expect(await ask({ action: 'erase', ...account, confirm: 'CATEST001' }, { erase: half })).toMatchObject({
      outcome: 'unfinished',
      rows: 9,
    });
  });

  test('ends between two pages before Lambda does', async () => {
    const { ask, stage } = createOperator();
    let isOver: (() => boolean) | undefined;
    await ask(
      { action: 'erase', ...account, confirm: 'CATEST001' },
      {
        erase: async (_, options) => {
          isOver = options.isOver;
          return { rows: 1, watched: false, complete: true };
        },
      },
    );
    const begun = stage.clock.now() - 30_000;
    await stage.clock.runUntil(begun + 32_000);
    expect(isOver?.()).toBe(false);
    await stage.clock.runUntil(begun + 34_000);
    expect(isOver?.()).toBe(true);
  });
});

describe('an event', () => {
  test.each([
    ['no object', 7],
    ['another action', { action: 'login', partner: 'acme', requestId: 'request-1' }],
    ['no request id', { action: 'close', partner: 'acme' }],
    ['a confirmation misspelt', { action: 'open', partner: 'acme', requestId: 'request-1', nevertried: true }],
    ['a secret', { action: 'try-pending', partner: 'acme', requestId: 'request-1', secret: '{}' }],
    ['a prototype', JSON.parse('{"action":"close","partner":"__proto__","requestId":"request-1"}')],
  ])('with %s is refused, and nothing is done', async (_, event) => {
    const { deps, table, stage } = createOperator();
    const before = stage.item();
    expect(await operate(deps, event, 0)).toMatchObject({ action: 'none', outcome: 'invalid-event' });
    expect(table.counts.put).toBe(0);
    expect(stage.item()).toBe(before);
  });

  test('is told which field is wrong, and quotes nothing', async () => {
    const { deps } = createOperator();
    const fieldsOf = async (event: object) => Object(await operate(deps, event, 0)).fields;
    const asked = { action: 'open', partner: 'acme', requestId: 'request-1' };
    expect(await fieldsOf({ ...asked, nevertried: true })).toEqual(['event: does not know nevertried']);
    expect(await fieldsOf({ ...asked, 's3cret: x': 1 })).toEqual(['event: Invalid input']);
    expect(await fieldsOf({ ...asked, action: 'login' })).toEqual([
      expect.stringMatching(/^action: must be open, close/),
    ]);
    expect(await fieldsOf({ ...asked, neverTried: 'yes' })).toEqual(['neverTried: must be true or false']);
  });

  test('of any form is answered, and acts only when it is whole', async () => {
    const anything = fc.object({
      key: fc.constantFrom('action', 'partner', 'requestId', 'neverTried', 'shown', 'confirm', '__proto__', 'x'),
      values: [fc.string(), fc.boolean(), fc.constantFrom('open', 'erase', 'promote', 'acme', 'request-1')],
    });
    await fc.assert(
      fc.asyncProperty(anything, async (event) => {
        const { deps, table } = createOperator({ isOpen: false });
        const answer = await operate(deps, event, 0);
        expect(['none', 'open', 'close', 'try-pending', 'probe', 'erase', 'promote']).toContain(answer.action);
        if (answer.action === 'none' && answer.outcome === 'invalid-event') expect(table.counts.put).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('about a partner that the stage has not is refused', async () => {
    const { ask, table } = createOperator();
    expect(await ask({ action: 'close', partner: 'constructor' })).toEqual({
      action: 'none',
      outcome: 'unknown-partner',
    });
    expect(table.counts.put).toBe(0);
  });

  test('leaves a line that says who asked for what and what came of it, by ids', async () => {
    const { ask, lines } = createOperator();
    await ask({ action: 'close', requestId: 'request-9' });
    expect(lines).toEqual([
      { level: 'warn', event: 'operator', requestId: 'request-9', route: 'close', outcome: 'closed', partner: 'acme' },
    ]);
  });
});

describe('trouble', () => {
  test('with the secret or the table before anything is done is told, and changed nothing', async () => {
    const { ask, stage, deps } = createOperator();
    stage.secrets.down = true;
    const answer = await ask({ action: 'close' });
    expect(answer).toEqual({ action: 'none', outcome: 'unreadable', reason: 'unreachable' });
    stage.secrets.down = false;
    const store = { ...deps.gate.store, read: () => Promise.reject(new Error('down')) };
    expect(await ask({ action: 'close' }, { gate: { ...deps.gate, store } })).toEqual({
      action: 'none',
      outcome: 'unreadable',
      reason: 'gate-unreachable',
    });
  });

  test('with a write of which nobody knows whether it arrived is told so', async () => {
    const { ask, deps, lines } = createOperator();
    const store = { ...deps.gate.store, replace: () => Promise.reject(new Error('lost')) };
    expect(await ask({ action: 'close' }, { gate: { ...deps.gate, store } })).toEqual({
      action: 'none',
      outcome: 'unknown',
    });
    expect(lines).toMatchObject([{ level: 'error', errorName: 'Error' }, { outcome: 'unknown' }]);
  });
});
