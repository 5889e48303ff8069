import { describe, expect, test } from 'vitest';
import type { GateItem, LoginGateStore } from '../../../lib/login-gate/item.ts';
import { allowOne, describeGate, type Permission } from '../../../lib/login-gate/operator.ts';
import { emptyItem } from '../../../lib/login-gate/rules.ts';
import { createMemoryStore } from '../../rigs/gate-store.ts';

const now = Date.UTC(2026, 0, 1, 12);
const atTwo: GateItem = { ...emptyItem('acme'), rev: 1, failures: 2, fence: 2 };
const atOne: GateItem = {
  ...atTwo,
  failures: 1,
  refused: [{ versionId: 'v1', times: 1, standing: true }],
};

async function tableWith(item: GateItem) {
  const table = createMemoryStore();
  await table.replace(item, 0);
  return table;
}

const current = { versionId: 'v1' };
const permission = { partner: 'acme', current, previousId: undefined, sameSecret: false };

describe('allow-one', () => {
  test.each<[string, GateItem, Partial<Permission>]>([
    ['two possible failures, with a secret that EnKash never refused', atTwo, {}],
    ['two refusals, with a new secret', { ...atOne, failures: 2 }, { current: { versionId: 'v2' } }],
    ['two refusals, with the same secret on purpose', { ...atOne, failures: 2 }, { sameSecret: true }],
    ['one refusal, with the same secret on purpose', atOne, { sameSecret: true }],
  ])('permits one login after %s', async (_, item, asked) => {
    const table = await tableWith(item);
    expect(await allowOne(table, { ...permission, ...asked }, now)).toBe('allowed');
    expect(table.peek('acme')).toEqual({ ...item, allowOne: true, rev: 2 });
  });

  const proven = { ...atOne, proven: ['v0'] };
  test.each<[string, GateItem | undefined, Partial<Permission>, string]>([
    ['no login was ever sent', undefined, {}, 'not-closed'],
    ['all is well', emptyItem('acme'), {}, 'not-closed'],
    ['one login is unanswered, which the gate repeats by itself', { ...atTwo, failures: 1 }, {}, 'goes-by-itself'],
    ['a new version follows one refusal', atOne, { current: { versionId: 'v2' }, sameSecret: true }, 'goes-by-itself'],
    ['the proven version before goes by itself', proven, { previousId: 'v0', sameSecret: true }, 'goes-by-itself'],
    ['the current secret was refused, at one', atOne, {}, 'refused-before'],
    ['the current secret was refused, at two', { ...atOne, failures: 2 }, {}, 'refused-before'],
    ['a login is under way', { ...atTwo, lease: lease(now + 1) }, {}, 'login-under-way'],
    ['a login was permitted already', { ...atTwo, allowOne: true }, {}, 'already-allowed'],
  ])('changes nothing when %s', async (_, item, asked, result) => {
    const table = item ? await tableWith({ ...item, rev: 1 }) : createMemoryStore();
    const before = table.peek('acme');
    expect(await allowOne(table, { ...permission, ...asked }, now)).toBe(result);
    expect(table.peek('acme')).toBe(before);
  });

  test('is not hindered by a lease that ran out', async () => {
    expect(await allowOne(await tableWith({ ...atTwo, lease: lease(now) }), permission, now)).toBe('allowed');
  });

  test('gives up when the item keeps changing', async () => {
    let tries = 0;
    const restless: LoginGateStore = {
      read: async () => atTwo,
      replace: async () => {
        tries += 1;
        return false;
      },
    };
    expect(await allowOne(restless, permission, now)).toBe('busy');
    expect(tries).toBe(3);
  });
});

describe('status', () => {
  test('says that nothing stands against a login', () => {
    expect(describeGate(undefined, now)).toEqual(['No login was ever sent for this partner: the gate is open.']);
    expect(describeGate(emptyItem('acme'), now)).toEqual([
      'open',
      'possible failures since the last success: 0 of 2',
      'last login sent: never',
      'login under way: no',
      'token: none',
      'secret versions that worked: none',
      'secret versions refused: none',
      'next login by itself not before: no wait',
      'backing off until: not backing off',
      'one login permitted by the operator: no',
    ]);
  });

  test('says why the gate is closed, and shows no token', () => {
    const item: GateItem = {
      ...atOne,
      failures: 2,
      allowOne: true,
      lastLoginAt: now - 60_000,
      lease: lease(now + 10_000),
      proven: ['v0'],
      backOff: { ms: 2_000, until: now + 2_000 },
      token: {
        id: 'id',
        versionId: 'v0',
        sealed: 'SEALED',
        issuedAt: now,
        usableUntil: now + 300_000,
        endsAt: now + 300_000,
        dead: true,
      },
    };
    const lines = describeGate({ ...item, lease: undefined }, now);
    expect(lines).toEqual([
      'CLOSED: but one login is permitted: the next request that needs a token sends it',
      'possible failures since the last success: 2 of 2',
      'last login sent: 2026-01-01T11:59:00.000Z (60 s ago)',
      'login under way: no',
      'token: refused by EnKash, usable until 2026-01-01T12:05:00.000Z (in 300 s), by secret version v0',
      'secret versions that worked: v0',
      'secret versions refused: v1 (1 times, not tried again)',
      'next login by itself not before: no wait',
      'backing off until: 2026-01-01T12:00:02.000Z (in 2 s)',
      'one login permitted by the operator: yes',
    ]);
    expect(describeGate({ ...item, lease: undefined, allowOne: false }, now)[0]).toBe(
      'CLOSED: locked-out-risk. A third failure could lock the account: ask EnKash, then allow-one',
    );
    expect(describeGate(atOne, now)[0]).toBe('CLOSED: password-refused. A corrected secret opens it within 30 s');
    expect(describeGate(item, now)[3]).toBe(
      'login under way: since 2026-01-01T12:00:00.000Z (0 s ago), secret version v1',
    );
  });
});

function lease(until: number) {
  return { owner: 'p1', fence: 2, since: now, until, versionId: 'v1', allowed: false };
}
