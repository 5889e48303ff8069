import { describe, expect, test } from 'vitest';
import { inTime, itemOf, table, takeOver } from '../../rigs/gate-takeover.ts';
import {
  accepted,
  createStage,
  credentialsOf,
  notSent,
  partner,
  permit,
  possible,
  refused,
  type Stage,
} from '../../rigs/login-gate-setup.ts';

describe('a write whose reply was lost', () => {
  test.each([
    [1, 'refused as a repetition'],
    [1, 'timed out'],
    [2, 'refused as a repetition'],
    [2, 'timed out'],
  ])('still won, or was taken back without a look (write %i, %s)', async (nth, how) => {
    const stage = createStage([accepted('t1')]);
    let writes = 0;
    const gate = stage.gate({
      store: table(stage, {
        async replace(item, seen) {
          writes += 1;
          const won = await stage.table.replace(item, seen);
          if (writes !== nth) return won;
          if (how === 'timed out') throw new Error('time-out');
          return false;
        },
      }),
    });
    expect(await stage.after(gate.get(partner, inTime(stage)), 2_000)).toMatchObject({ token: 't1' });
    expect(stage.logins).toHaveLength(1);
    expect(stage.item()).toMatchObject({ failures: [], fence: nth === 2 && how === 'timed out' ? 2 : 1 });
  });

  test('settled the login all the same, and is not written again', async () => {
    const stage = createStage([refused]);
    let writes = 0;
    const gate = stage.gate({
      store: table(stage, {
        async replace(item, seen) {
          writes += 1;
          const won = await stage.table.replace(item, seen);
          return writes === 3 ? false : won;
        },
      }),
    });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/password-refused/);
    expect(writes).toBe(3);
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }], refused: [{ versionId: 'v0' }] });
  });

  test('left a lease for a secret version that is gone: its count is taken back', async () => {
    const stage = createStage([accepted('t1')]);
    await takeOver(stage, 'p1/acme', credentialsOf('gone'));
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0']);
    expect(stage.item()).toMatchObject({ failures: [], fence: 2 });
  });
});

describe('the outcome of a login', () => {
  test('finds its way around another write', async () => {
    const stage = createStage([refused]);
    const call = stage.gate().get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    const item = itemOf(stage);
    await stage.table.replace({ ...item, neverAccepted: 7, rev: item.rev + 1 }, item.rev);
    await stage.after(call);
    expect(stage.item()).toMatchObject({ lease: undefined, neverAccepted: 7, refused: [{ versionId: 'v0' }] });
  });

  test('without a row for its token is waited for, and after a minute the token counts as dead', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate({ store: table(stage, { writeToken: () => Promise.reject(new Error('down')) }) });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [], token: { dead: false } });
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatch(/login-in-progress/);
    await stage.clock.runUntil(stage.clock.now() + 61_000);
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatchObject({ token: 't2' });
    expect(stage.logins).toHaveLength(2);
  });

  test("is dropped when the lease is somebody else's by then", async () => {
    const stage = createStage([accepted('t1')]);
    const call = stage.gate().get(partner, inTime(stage));
    await stage.clock.runUntil(stage.clock.now() + 100);
    await takeOver(stage);
    expect(await stage.after(call)).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: [{ count: 2 }], lease: { owner: 'other' } });
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
    expect(stage.item()).toMatchObject({ failures: [{ count: 1 }], lease: undefined, refused: [{ versionId: 'v0' }] });
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
    const stage = createStage([refused, notSent, accepted('t1')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)));
    expect(await permit(stage)).toBe('allowed');
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatch(/token-host-unavailable/);
    expect(stage.item()).toMatchObject({ permission: { versionId: 'v0' }, failures: [{ count: 1 }] });
    expect(await stage.after(gate.get(partner, inTime(stage)))).toMatchObject({ token: 't1' });
  });

  test('that arrives after the token ended is not handed out', async () => {
    const stage = createStage([accepted('t1', 2_000)]);
    stage.slowLogins(8_000);
    expect(await stage.after(stage.gate().get(partner, inTime(stage)))).toMatch(/token-ending/);
    expect(stage.item()).toMatchObject({ failures: [], lease: undefined });
  });

  test('frees later callers of the process to keep their deadlines', async () => {
    const stage = createStage([accepted('t1', 2_000)]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, inTime(stage)), 11_000);
    const other = stage.gate({
      login: () => stage.clock.sleep(3_900).then(() => possible(true)),
    });
    void other.get(partner, inTime(stage)).catch(() => undefined);
    await stage.clock.runUntil(stage.clock.now() + 50);
    void gate.get(partner, inTime(stage)).catch(() => undefined);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 500), 600)).toMatch(/login-in-progress/);
  });
});
