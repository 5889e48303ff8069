import { describe, expect, test } from 'vitest';
import { accepted, createStage, partner, possible } from '../../rigs/login-gate-setup.ts';

describe('waiting for another login', () => {
  test('ends after 4.5 s with Retry-After 1 when that login brings nothing', async () => {
    const stage = createStage([possible(true)]);
    stage.slowLogins(20_000);
    void stage
      .gate()
      .get(partner, stage.clock.now() + 9_000)
      .catch(() => undefined);
    await stage.clock.runUntil(stage.clock.now() + 50);
    const begun = stage.clock.now();
    let tookMs = 0;
    const call = stage
      .gate()
      .get(partner, begun + 9_000)
      .finally(() => {
        tookMs = stage.clock.now() - begun;
      });
    expect(await stage.after(call)).toBe('PARTNER_LOGIN_BLOCKED login-in-progress 1');
    expect(tookMs).toBeGreaterThan(4_200);
    expect(tookMs).toBeLessThan(4_800);
  });

  test('is shared inside a process, and each caller keeps its own deadline', async () => {
    const stage = createStage([accepted('t1')]);
    const other = stage.gate();
    stage.slowLogins(3_000);
    const first = other.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 50);
    const gate = stage.gate();
    const patient = gate.get(partner, stage.clock.now() + 9_000);
    const hasty = gate.get(partner, stage.clock.now() + 1_000);
    expect(await stage.after(hasty, 1_100)).toBe('PARTNER_LOGIN_BLOCKED login-in-progress 1');
    expect(await stage.after(patient)).toMatchObject({ token: 't1' });
    expect(await first).toMatchObject({ token: 't1' });
  });

  test('is not cut short while this process has a login under way', async () => {
    const stage = createStage([accepted('t1')]);
    stage.slowLogins(3_000);
    const gate = stage.gate();
    void gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 50);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 500))).toMatchObject({ token: 't1' });
  });

  test('does not start a login with less than 5 s of the answer left', async () => {
    const stage = createStage([]);
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 4_900))).toBe(
      'PARTNER_LOGIN_BLOCKED no-time-left 1',
    );
    expect(stage.item()).toMatchObject({ rev: 1 });
  });

  test('for a caller without time does not fail another one that has it', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const hasty = gate.get(partner, stage.clock.now() + 4_000);
    const patient = gate.get(partner, stage.clock.now() + 9_000);
    expect(await stage.after(hasty, 500)).toMatch(/no-time-left/);
    expect(await stage.after(patient)).toMatchObject({ token: 't1' });
  });
});
