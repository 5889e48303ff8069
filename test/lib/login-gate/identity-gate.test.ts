import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { accepted, createStage, credentialsOf, partner, permit, refused } from '../../rigs/login-gate-setup.ts';

describe('a token', () => {
  test('comes from memory without any call while it lives', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const deadline = stage.clock.now() + 9_000;
    const session = await stage.after(gate.get(partner, deadline));
    expect(session).toMatchObject({ token: 't1', credentials: { versionId: 'v0' } });
    const { reads } = stage.store;
    stage.store.down = true;
    stage.secrets.down = true;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe(session);
    expect(stage.store.reads).toBe(reads);
  });

  test('is shared: another process opens the sealed one and logs in nobody', async () => {
    const stage = createStage([accepted('t1')]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
    expect(stage.logins).toHaveLength(1);
    expect(JSON.stringify(stage.item())).not.toContain('t1"');
  });

  test('is taken into memory at start without a login, and without an error when nothing can be reached', async () => {
    const stage = createStage([accepted('t1')]);
    const cold = stage.gate();
    expect(await stage.after(cold.preload(partner))).toBeUndefined();
    expect(stage.logins).toEqual([]);
    stage.store.down = true;
    expect(await stage.after(cold.preload(partner))).toBeUndefined();
    stage.store.down = false;
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    await stage.after(cold.preload(partner));
    stage.store.down = true;
    expect(await stage.after(cold.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
  });

  test('lives 300 s at most, counted from the reply', async () => {
    const stage = createStage([accepted('t1', 86_399_000)]);
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatchObject({
      // Pointer and item read, claim and count written, 5 ms each; then the login.
      expiresAt: stage.clock.now() - 12_000 + 15 + 300 + 300_000,
    });
  });

  test('given again with 2 s left is used until it ends, and the next login comes 10 s after the last', async () => {
    const stage = createStage([accepted('same', 2_000), accepted('next')]);
    const gate = stage.gate();
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 900)).toMatchObject({ token: 'same' });
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 10)).toMatchObject({ token: 'same' });
    await stage.clock.runUntil(stage.clock.now() + 3_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 500)).toMatch(
      /PARTNER_LOGIN_BLOCKED login-spacing/,
    );
    await stage.clock.runUntil(stage.clock.now() + 8_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 'next' });
    const [first, second] = stage.logins;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  test('that this process cannot open is waited for, not replaced by a login', async () => {
    const stage = createStage([accepted('t1')]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions = [credentialsOf('v1')];
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatch(/token-unreadable/);
    expect(stage.logins).toHaveLength(1);
  });
});

describe('a refused login', () => {
  test('is the only one for a wrong password: 60 requests at once, 20 after', async () => {
    const stage = createStage([refused]);
    const gates = Array.from({ length: 30 }, () => stage.gate());
    const burst = gates.flatMap((gate) => [1, 2].map(() => gate.get(partner, stage.clock.now() + 9_000)));
    const answers = await stage.after(Promise.all(burst.map((call) => call.catch((error) => error.code))));
    expect(new Set(answers)).toEqual(new Set(['PARTNER_LOGIN_BLOCKED']));
    for (let round = 0; round < 20; round += 1) {
      const gate = gates[round] ?? stage.gate();
      expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 4_500)).toMatch(
        /^PARTNER_LOGIN_BLOCKED password-refused \d+$/,
      );
    }
    expect(stage.logins).toHaveLength(1);
  });

  test('is followed by one login with a new secret version, and service resumes in the same process', async () => {
    const stage = createStage([refused, accepted('t1')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions.push(credentialsOf('v1'));
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [], proven: [versionOf(credentialsOf('v1')).content], fence: 2 });
  });

  test('twice closes the gate to new versions; allow-one permits one more, and only one', async () => {
    const stage = createStage([refused, refused, refused]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await ask();
    for (const version of ['v1', 'v2', 'v3']) {
      stage.secrets.versions.push(credentialsOf(version));
      expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED locked-out-risk 60');
    }
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1']);
    expect(await permit(stage)).toBe('allowed');
    expect(await permit(stage)).toBe('already-allowed');
    await ask();
    await ask();
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1', 'v3']);
  });

  test('leaves no permission behind for a third one: allow-one at one failure, then another guess', async () => {
    const stage = createStage([refused, refused]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await ask();
    expect(await permit(stage, { sameSecret: false })).toBe('needs-same-secret');
    expect(await permit(stage)).toBe('allowed');
    stage.secrets.versions.push(credentialsOf('v1'));
    for (let minute = 0; minute < 10; minute += 1) {
      expect(await ask()).toMatch(/locked-out-risk/);
      await stage.clock.runUntil(stage.clock.now() + 60_000);
    }
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1']);
    expect(stage.item()).toMatchObject({ failures: [{ count: 2 }], permission: undefined });
  });

  test('of an unproven current version falls back to the proven previous one', async () => {
    const stage = createStage([accepted('t1'), refused, accepted('t2')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions.push(credentialsOf('v1'));
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/login-spacing/);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1', 'v0']);
  });

  test('is not risked while a new version is two minutes young and the proven one still works', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    stage.secrets.versions.push(credentialsOf('v1', stage.clock.now()));
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v0']);
  });
});
