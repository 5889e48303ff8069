import { describe, expect, test } from 'vitest';
import type { LoginGateStore } from '../../../lib/login-gate/item.ts';
import { emptyItem, takeLease } from '../../../lib/login-gate/rules.ts';
import { accepted, createStage, credentialsOf, partner, permit, type Stage } from '../../rigs/login-gate-setup.ts';

const refused = { kind: 'refused' } as const;
const inTime = (stage: Stage) => stage.clock.now() + 9_000;

/** The stage's table, as a process sees it to whom things happen on the way. */
function table(stage: Stage, change: Partial<LoginGateStore>): LoginGateStore {
  return {
    read: async (name) => stage.table.read(name),
    replace: (item, seen) => stage.table.replace(item, seen),
    ...change,
  };
}

describe('a process that was frozen after it had taken the lease', () => {
  const frozen = (stage: Stage, ms: number, meanwhile: () => Promise<unknown> = async () => undefined) => {
    let first = true;
    const reads = { count: 0 };
    const gate = stage.gate({
      store: table(stage, {
        async read(name) {
          reads.count += 1;
          return stage.table.read(name);
        },
        async replace(item, seen) {
          const won = await stage.table.replace(item, seen);
          if (first) {
            first = false;
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

  test('up to 4 s sends its login, and later than that gives the lease back', async () => {
    const justInTime = createStage([accepted('t1')]);
    const prompt = frozen(justInTime, 4_000).gate.get(partner, justInTime.clock.now() + 20_000);
    expect(await justInTime.after(prompt)).toMatchObject({ token: 't1' });
    const stage = createStage([]);
    expect(await stage.after(frozen(stage, 4_001).gate.get(partner, stage.clock.now() + 8_000))).toMatch(
      /no-time-left/,
    );
    expect(stage.item()).toMatchObject({ failures: 0, lease: undefined });
    expect(stage.logins).toEqual([]);
  });

  test('with 5 s of its answer left sends its login, with less it gives the lease back', async () => {
    const enough = createStage([accepted('t1')]);
    expect(await enough.after(frozen(enough, 500).gate.get(partner, enough.clock.now() + 5_500))).toMatchObject({
      token: 't1',
    });
    const late = createStage([]);
    expect(await late.after(frozen(late, 501).gate.get(partner, late.clock.now() + 5_500))).toMatch(/no-time-left/);
    expect(late.item()).toMatchObject({ failures: 0, lease: undefined });
  });

  test("uses nobody else's lease: another process took over meanwhile", async () => {
    const stage = createStage([]);
    const { gate } = frozen(stage, 2_000, async () => {
      const item = stage.item();
      if (!item) throw new Error('no item');
      const taken = takeLease(item, 'other', 'v0', stage.clock.now());
      await stage.table.replace({ ...taken, rev: item.rev + 1 }, item.rev);
    });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/login-in-progress/);
    expect(stage.logins).toEqual([]);
    expect(stage.item()).toMatchObject({ failures: 2, lease: { owner: 'other' } });
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
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/gate-unreachable/);
    expect(stage.logins).toEqual([]);
  });
});

describe('a write whose reply was lost', () => {
  test.each(['refused as a repetition', 'timed out'])('still won the lease (%s)', async (how) => {
    const stage = createStage([accepted('t1')]);
    let writes = 0;
    const gate = stage.gate({
      store: table(stage, {
        async replace(item, seen) {
          writes += 1;
          const won = await stage.table.replace(item, seen);
          if (writes > 1) return won;
          if (how === 'timed out') throw new Error('time-out');
          return false;
        },
      }),
    });
    expect(await stage.after(gate.get(partner, inTime(stage)), 2_000)).toMatchObject({ token: 't1' });
    expect(stage.logins).toHaveLength(1);
    expect(stage.item()).toMatchObject({ failures: 0, fence: 1 });
  });

  test('settled the login all the same, and is not written again', async () => {
    const stage = createStage([refused]);
    let writes = 0;
    const gate = stage.gate({
      store: table(stage, {
        async replace(item, seen) {
          writes += 1;
          const won = await stage.table.replace(item, seen);
          return writes === 2 ? false : won;
        },
      }),
    });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/password-refused/);
    expect(writes).toBe(2);
    expect(stage.item()).toMatchObject({ failures: 1, refused: [{ versionId: 'v0', times: 1 }] });
  });

  test('left the lease to a login with a secret version that is gone: it is given back', async () => {
    const stage = createStage([accepted('t1')]);
    const leased = takeLease(emptyItem(partner), 'p1', 'gone', stage.clock.now());
    await stage.table.replace({ ...leased, rev: 1 }, 0);
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0']);
    expect(stage.item()).toMatchObject({ failures: 0, fence: 2 });
  });
});

describe('the outcome of a login', () => {
  test('finds its way around a write of the operator', async () => {
    const stage = createStage([refused]);
    const call = stage.gate().get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    const item = stage.item();
    await stage.table.replace(
      { ...(item ?? emptyItem(partner)), allowOne: true, rev: (item?.rev ?? 0) + 1 },
      item?.rev ?? 0,
    );
    await stage.after(call);
    expect(stage.item()).toMatchObject({
      lease: undefined,
      allowOne: true,
      failures: 1,
      refused: [{ versionId: 'v0' }],
    });
  });

  test("is dropped when the lease is somebody else's by then", async () => {
    const stage = createStage([accepted('t1')]);
    const call = stage.gate().get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    const item = stage.item() ?? emptyItem(partner);
    const taken = takeLease(item, 'other', 'v0', stage.clock.now());
    await stage.table.replace({ ...taken, rev: item.rev + 1 }, item.rev);
    expect(await stage.after(call)).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: 2, lease: { owner: 'other' } });
    expect(stage.item()?.token).toBeUndefined();
  });

  test('refused but not stored is stored by the next request, which sends nothing', async () => {
    const stage = createStage([refused]);
    const gate = stage.gate();
    const call = gate.get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.down = true;
    await stage.after(call);
    expect(stage.item()?.refused).toEqual([]);
    stage.store.down = false;
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/password-refused/);
    expect(stage.item()).toMatchObject({ failures: 1, lease: undefined, refused: [{ versionId: 'v0' }] });
    expect(stage.logins).toHaveLength(1);
  });

  /** The table stops answering while a login of 3 s is under way; the SDK gives up after two seconds. */
  async function callAsTheTableHangs(stage: Stage) {
    stage.slowLogins(3_000);
    const call = stage.gate().get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    Object.assign(stage.store, { down: true, ms: 2_100 });
    return call;
  }

  test('accepted is handed out with time left for the call, though the table hangs', async () => {
    const stage = createStage([accepted('t1')]);
    expect(await stage.after(callAsTheTableHangs(stage), 6_000)).toMatchObject({ token: 't1' });
  });

  test('refused is answered before the deadline, though the table hangs', async () => {
    const stage = createStage([refused]);
    expect(await stage.after(callAsTheTableHangs(stage), 9_000)).toMatch(/password-refused/);
  });

  test('of a permitted login that was not sent gives the permission back', async () => {
    const stage = createStage([refused, { kind: 'not-sent' }, accepted('t1')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    await permit(stage, true);
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/token-host-unavailable/);
    expect(stage.item()).toMatchObject({ allowOne: true, failures: 1 });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
  });

  test('that arrives after the token ended is not handed out', async () => {
    const stage = createStage([accepted('t1', 2_000)]);
    stage.slowLogins(2_500);
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatch(/token-ending/);
    expect(stage.item()).toMatchObject({ failures: 0, lease: undefined });
  });

  test('frees later callers of the process to keep their deadlines', async () => {
    const stage = createStage([accepted('t1', 2_000)]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)), 11_000);
    const other = stage.gate({
      login: () => stage.clock.sleep(3_900).then(() => ({ kind: 'possible', waitMs: 60_000 }) as const),
    });
    void other.get(partner, inTime(stage)).catch(() => undefined);
    await stage.clock.runUntil(stage.clock.now() + 50);
    void gate.get(partner, inTime(stage)).catch(() => undefined);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 500), 600)).toMatch(/login-in-progress/);
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
