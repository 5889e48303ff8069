import { describe, expect, test } from 'vitest';
import { accepted, createStage, loginId, partner, refused } from '../../rigs/login-gate-setup.ts';

describe('a table that can be read but not written', () => {
  test.each(['AccessDenied', 'throttled'])('ends a request within a few tries, reported (%s)', async (words) => {
    const stage = createStage([]);
    let writes = 0;
    const gate = stage.gate({
      store: {
        ...stage.table,
        read: async (id) => {
          stage.store.reads += 1;
          return stage.table.read(id);
        },
        replace: async () => {
          writes += 1;
          throw new Error(words);
        },
      },
    });
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe(
      'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
    );
    expect({ writes, reads: stage.store.reads, logins: stage.logins }).toEqual({ writes: 5, reads: 5, logins: [] });
    expect(stage.events).toEqual([{ kind: 'unreachable', partner }]);
  });

  test('after a login that was refused keeps its outcome, and spins in no request', async () => {
    const stage = createStage([refused]);
    const gate = stage.gate();
    const call = gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.readOnly = true;
    await stage.after(call);
    const before = stage.store.reads;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/gate-unreachable/);
    expect(stage.store.reads - before).toBeLessThan(30);
    stage.store.readOnly = false;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/password-refused/);
    expect(stage.logins).toHaveLength(1);
  });
});

describe('without its table', () => {
  test('no login is sent, and the refusal says so', async () => {
    const stage = createStage([]);
    stage.store.down = true;
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toBe(
      'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
    );
    expect(stage.logins).toEqual([]);
  });

  test('an accepted login still serves its own process, and is tried again before its token is served from memory', async () => {
    const stage = createStage([accepted('t1', 20_000), accepted('t2')]);
    const gate = stage.gate();
    const call = gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.down = true;
    expect(await stage.after(call, 2_000)).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }] });
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_500)).toMatchObject({ token: 't1' });
    stage.store.down = false;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_500)).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [], lease: undefined });
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000), 1_500)).toMatchObject({
      token: 't1',
    });
    expect(stage.logins).toHaveLength(1);
  });

  test('tries to store are a second apart, however many requests come', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const call = gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.down = true;
    await stage.after(call, 2_000);
    const before = stage.store.reads;
    for (let tenth = 0; tenth < 50; tenth += 1) await stage.after(gate.get(partner, stage.clock.now() + 9_000), 100);
    expect(stage.store.reads - before).toBeGreaterThanOrEqual(4);
    expect(stage.store.reads - before).toBeLessThanOrEqual(6);
  });
});

test('Secrets Manager down at a login is CREDENTIALS_UNAVAILABLE, and the next request works', async () => {
  const stage = createStage([accepted('t1')]);
  const gate = stage.gate();
  stage.secrets.down = true;
  expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe('CREDENTIALS_UNAVAILABLE unreachable 5');
  stage.secrets.down = false;
  expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
});

test('events name partner, version and outcome, and hold nothing else', async () => {
  const stage = createStage([refused]);
  const gate = stage.gate();
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  expect(stage.events).toEqual([
    {
      ...{ kind: 'login', partner, login: loginId.slice(0, 8), versionId: 'v0' },
      ...{ outcome: 'refused', evidence: '401 json', failures: 1 },
    },
    { kind: 'closed', partner, reason: 'password-refused' },
    { kind: 'closed', partner, reason: 'password-refused' },
  ]);
});

test('a closed gate reads its table once a second, however many ask', async () => {
  const stage = createStage([refused]);
  const gate = stage.gate();
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  const before = stage.store.reads;
  for (let tenth = 0; tenth < 100; tenth += 1) {
    await stage.after(gate.get(partner, stage.clock.now() + 9_000), 100);
  }
  expect(stage.store.reads - before).toBeLessThanOrEqual(11);
  expect(stage.store.reads - before).toBeGreaterThanOrEqual(9);
});
