import { describe, expect, test } from 'vitest';
import { inTime, table, takeOver } from '../../rigs/gate-takeover.ts';
import { accepted, createStage, credentialsOf, partner, refused, type Stage } from '../../rigs/login-gate-setup.ts';

describe('a process that was frozen after it had counted its login', () => {
  const frozen = (stage: Stage, ms: number, meanwhile: () => Promise<unknown> = async () => undefined) => {
    let writes = 0;
    const reads = { count: 0 };
    const gate = stage.gate({
      store: table(stage, {
        async read(name) {
          reads.count += 1;
          return stage.table.read(name);
        },
        async replace(item, seen) {
          const won = await stage.table.replace(item, seen);
          writes += 1;
          if (writes === 2) {
            await meanwhile();
            await stage.clock.sleep(ms);
          }
          return won;
        },
      }),
    });
    return { gate, reads };
  };

  test.each([
    [1_000, 1],
    [1_001, 2],
  ])('for %d ms sends its login after reading the item %d times', async (ms, reads) => {
    const stage = createStage([accepted('t1')]);
    const seen = frozen(stage, ms);
    expect(await stage.after(seen.gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(seen.reads.count).toBe(reads);
  });

  test('up to 4 s sends its login, and later than that takes its count back', async () => {
    const justInTime = createStage([accepted('t1')]);
    const prompt = frozen(justInTime, 4_000).gate.get(partner, justInTime.clock.now() + 20_000);
    expect(await justInTime.after(prompt)).toMatchObject({ token: 't1' });
    const stage = createStage([]);
    expect(await stage.after(frozen(stage, 4_001).gate.get(partner, stage.clock.now() + 8_000))).toMatch(
      /no-time-left/,
    );
    expect(stage.item()).toMatchObject({ failures: [], lease: undefined });
    expect(stage.logins).toEqual([]);
  });

  test('with 5 s of its answer left sends its login, with less it takes its count back', async () => {
    const enough = createStage([accepted('t1')]);
    expect(await enough.after(frozen(enough, 500).gate.get(partner, enough.clock.now() + 5_500))).toMatchObject({
      token: 't1',
    });
    const late = createStage([]);
    expect(await late.after(frozen(late, 501).gate.get(partner, late.clock.now() + 5_500))).toMatch(/no-time-left/);
    expect(late.item()).toMatchObject({ failures: [], lease: undefined });
  });

  test("uses nobody else's lease: another process took over meanwhile", async () => {
    const stage = createStage([]);
    const { gate } = frozen(stage, 2_000, () => takeOver(stage));
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/login-in-progress/);
    expect(stage.logins).toEqual([]);
    expect(stage.item()).toMatchObject({ failures: [{ count: 2 }], lease: { owner: 'other' } });
  });

  test('sends nothing when it cannot read the item again', async () => {
    const stage = createStage([]);
    let reads = 0;
    const gate = stage.gate({
      store: table(stage, {
        async read(name) {
          reads += 1;
          if (reads > 1) throw new Error('down');
          return stage.table.read(name);
        },
        async replace(item, seen) {
          const won = await stage.table.replace(item, seen);
          await stage.clock.sleep(1_500);
          return won;
        },
      }),
    });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/PARTNER_LOGIN_BLOCKED/);
    expect([stage.logins, stage.item()?.failures]).toEqual([[], []]);
  });
});

test('a closed gate asks Secrets Manager for the previous version once in 30 s', async () => {
  const stage = createStage([accepted('t1'), refused]);
  const gate = stage.gate();
  await stage.after(gate.get(partner, inTime(stage)));
  let asked = 0;
  const counting = stage.gate({
    credentials: {
      current: async () => credentialsOf('v1'),
      fresh: async () => credentialsOf('v1'),
      async previous() {
        asked += 1;
        return undefined;
      },
      version: async () => undefined,
    },
  });
  await stage.clock.runUntil(stage.clock.now() + 301_000);
  await stage.after(counting.get(partner, inTime(stage)), 11_000);
  for (let second = 0; second < 31; second += 1) await stage.after(counting.get(partner, inTime(stage)), 1_000);
  expect(asked).toBe(2);
});
