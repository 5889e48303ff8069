import { describe, expect, test } from 'vitest';
import {
  accepted,
  application,
  createStage,
  notSent,
  partner,
  permit,
  possible,
  trouble,
  turnedAway,
} from '../../rigs/login-gate-setup.ts';

describe('a login that may have failed', () => {
  test('costs one count through an outage of any length, and logins resume within 25 s of its end', async () => {
    const stage = createStage([possible(), accepted('t1')]);
    stage.controls.splice(0, 1, trouble);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
    const begun = stage.clock.now();
    const answers = new Set<unknown>();
    while (stage.clock.now() < begun + 1_800_000) answers.add(String(await ask()).replace(/ \d+$/, ''));
    answers.delete('still under way');
    answers.delete('PARTNER_LOGIN_BLOCKED login-in-progress');
    expect([...answers]).toEqual(['UPSTREAM_UNAVAILABLE login-unanswered']);
    expect(stage.logins).toHaveLength(1);
    const gaps = stage.asked.slice(1).map((at, index) => Math.round((at - (stage.asked[index] ?? 0)) / 5_000) * 5);
    expect(gaps.slice(0, 5)).toEqual([5, 10, 20, 20, 20]);
    stage.controls.splice(0, 1, application);
    const well = stage.clock.now();
    while (typeof (await ask()) === 'string' && stage.clock.now() < well + 60_000);
    expect(stage.clock.now() - well).toBeLessThan(25_000);
    expect(stage.item()).toMatchObject({ failures: [], control: undefined });
  });

  test('waits 60 s where the application answers at once: the trouble lay behind it', async () => {
    const stage = createStage([possible(true), accepted('t1')]);
    const gate = stage.gate();
    const begun = stage.clock.now();
    while (stage.logins.length < 2) await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
    expect(stage.asked).toHaveLength(3);
    expect((stage.logins[1]?.at ?? 0) - begun).toBeGreaterThanOrEqual(60_000);
    expect((stage.logins[1]?.at ?? 0) - begun).toBeLessThan(75_000);
  });

  test('waits as long as Retry-After says', async () => {
    const stage = createStage([possible(false, 600), accepted('t1')]);
    stage.controls.splice(0, 1, trouble, application);
    const gate = stage.gate();
    const begun = stage.clock.now();
    while (stage.logins.length < 2) await stage.after(gate.get(partner, stage.clock.now() + 9_000), 5_000);
    expect((stage.logins[1]?.at ?? 0) - begun).toBeGreaterThanOrEqual(600_000);
  });

  test.each([
    [possible(true), 60],
    [possible(), 120],
  ])('waits a fixed time where the stage forbids control requests: %#', async (outcome, seconds) => {
    const stage = createStage([outcome, accepted('t1')]);
    const gate = stage.gate({ control: undefined });
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
    expect(await ask()).toBe(`UPSTREAM_UNAVAILABLE login-unanswered ${seconds}`);
    const begun = stage.clock.now();
    while (stage.logins.length < 2) await ask();
    expect(Math.abs((stage.logins[1]?.at ?? 0) - begun - seconds * 1_000)).toBeLessThan(2_000);
    expect(stage.asked).toEqual([]);
  });

  test('twice in a row is where nobody goes on but by allow-one', async () => {
    const stage = createStage([possible(true), possible(true), accepted('t1')]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    for (let minute = 0; minute < 60; minute += 1) {
      await ask();
      await stage.clock.runUntil(stage.clock.now() + 60_000);
    }
    expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED locked-out-risk 60');
    expect(stage.logins).toHaveLength(2);
    expect(await permit(stage, { unlockedByEnkash: false })).toBe('needs-unlocked-by-enkash');
    expect(await permit(stage)).toBe('allowed');
    expect(await ask()).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [], permission: undefined });
  });

  test('counts when it throws as well', async () => {
    const stage = createStage([]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }], lease: undefined });
  });
});

describe('a token host that is down or turns logins away', () => {
  test.each([notSent, turnedAway])(
    'counts nothing, is asked less and less often up to every 20 s, and recovers ($kind)',
    async (outcome) => {
      const stage = createStage([...Array.from({ length: 9 }, () => outcome), accepted('t1')]);
      const gate = stage.gate();
      const answers: unknown[] = [];
      for (let second = 0; second < 200; second += 1) {
        answers.push(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000));
        if (stage.item()?.lease === undefined) expect(stage.item()?.failures).toEqual([]);
      }
      expect(answers[0]).toMatch(/^UPSTREAM_UNAVAILABLE token-host-unavailable \d/);
      expect(answers.at(-1)).toMatchObject({ token: 't1' });
      const gaps = stage.logins.slice(1).map(({ at }, index) => at - (stage.logins[index]?.at ?? 0));
      expect(gaps.at(-1)).toBeGreaterThan(19_000);
      expect(gaps.at(-1)).toBeLessThan(24_000);
    },
  );
});
