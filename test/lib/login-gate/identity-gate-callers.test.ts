import { describe, expect, test } from 'vitest';
import { CredentialsError } from '../../../lib/errors.ts';
import { createIdentityGate } from '../../../lib/login-gate/identity-gate.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { accepted, createStage, loginId, notSent, partner, refused } from '../../rigs/login-gate-setup.ts';

/** One process's gate of the login, without the choice of a login before it; `reads` counts reads of the item. */
function identityAt(stage: ReturnType<typeof createStage>, change: Partial<LoginGateDeps> = {}) {
  const gate = createIdentityGate({ ...stage.deps, ...change }, partner, loginId, 'here');
  return {
    get: (leftMs = 9_000) => gate.get(stage.clock.now() + leftMs),
    reads: () => stage.store.reads,
  };
}

/** What calls that run at the same time come to. */
const answers = (stage: ReturnType<typeof createStage>, calls: Promise<unknown>[], ms?: number) => {
  const words = calls.map((call) => call.catch((error) => `${error.code} ${error.reason} ${error.retryAfterSeconds}`));
  return stage.after(Promise.all(words), ms);
};

describe('a gate of one login', () => {
  test('serves its token from memory without a look at the table', async () => {
    const stage = createStage([accepted('t1')]);
    const { get, reads } = identityAt(stage);
    const session = await stage.after(get());
    const before = reads();
    expect(await stage.after(get())).toBe(session);
    expect(reads()).toBe(before);
  });

  test('remembers a refusal for a second, and asks again when it is over', async () => {
    const stage = createStage([refused]);
    const { get, reads } = identityAt(stage);
    await stage.after(get(), 5_000);
    const looked = get();
    const begun = stage.clock.now();
    await stage.after(looked, 5);
    const before = reads();
    expect(await stage.after(get(), 0)).toMatch(/password-refused/);
    await stage.clock.runUntil(begun + 5 + 999);
    expect(await stage.after(get(), 0)).toMatch(/password-refused/);
    expect(reads()).toBe(before);
    await stage.clock.runUntil(begun + 5 + 1_000);
    expect(await stage.after(get(), 5)).toMatch(/password-refused/);
    expect(reads()).toBe(before + 1);
  });

  test('that is open reports no closed gate, though it refuses for a while', async () => {
    const stage = createStage([notSent]);
    const { get } = identityAt(stage);
    expect(await stage.after(get())).toMatch(/token-host-unavailable/);
    expect(stage.events.map(({ kind }) => kind)).toEqual(['login']);
  });
});

describe('callers of one process', () => {
  test('share the failure of a secret that cannot be read: it is asked once', async () => {
    const stage = createStage([]);
    let asked = 0;
    const fresh = async () => {
      asked += 1;
      await stage.clock.sleep(10);
      throw new CredentialsError('unreachable');
    };
    const { get } = identityAt(stage, { credentials: { ...stage.deps.credentials, fresh } });
    const both = await answers(stage, [get(8_000), get(9_000)]);
    expect(both).toEqual(['CREDENTIALS_UNAVAILABLE unreachable 5', 'CREDENTIALS_UNAVAILABLE unreachable 5']);
    expect(asked).toBe(1);
  });

  test('share a wait in vain, whatever time the second one has left', async () => {
    const stage = createStage([accepted('t1', 300_000)]);
    stage.slowLogins(8_000);
    void stage
      .gate()
      .get(partner, stage.clock.now() + 9_000)
      .catch(() => undefined);
    await stage.clock.runUntil(stage.clock.now() + 50);
    const { get } = identityAt(stage);
    const both = await answers(stage, [get(8_000), get(9_000)], 4_800);
    expect(both).toEqual([1, 2].map(() => 'PARTNER_LOGIN_BLOCKED login-in-progress 1'));
  });

  test.each([4_900, 4_800])('without time do not look twice: the second one has %d ms', async (leftMs) => {
    const stage = createStage([]);
    const { get, reads } = identityAt(stage);
    const both = await answers(stage, [get(4_900), get(leftMs)], 500);
    expect(both).toEqual([1, 2].map(() => 'PARTNER_LOGIN_BLOCKED no-time-left 1'));
    expect(reads()).toBe(1);
  });

  test('get the token that the first one waited for, the one with less time as well', async () => {
    const stage = createStage([accepted('t1')]);
    const { get } = identityAt(stage);
    const both = await answers(stage, [get(9_000), get(8_000)]);
    expect(both).toMatchObject([{ token: 't1' }, { token: 't1' }]);
    expect(stage.logins).toHaveLength(1);
  });

  test('with the same deadline get the same answer, though the table hangs beyond it', async () => {
    const stage = createStage([]);
    stage.store.ms = 10_000;
    stage.store.down = true;
    const { get } = identityAt(stage);
    const both = await answers(stage, [get(9_000), get(9_000)], 25_000);
    expect(both).toEqual([1, 2].map(() => 'PARTNER_LOGIN_BLOCKED gate-unreachable 1'));
  });
});
