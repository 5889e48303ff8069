import { describe, expect, test } from 'vitest';
import type { Session, SessionSource, TokenVerdict } from '../../../lib/enkash/session.ts';
import { accepted, account, createStage, partner, type Stage } from '../../rigs/login-gate-setup.ts';

const other = { companyId: 'CEKTEST001', cardAccountId: 'CATEST002' };

async function sessionOf(stage: Stage, gate: SessionSource): Promise<Session> {
  const session = await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
  if (typeof session === 'string') throw new Error(session);
  return session;
}

/** A refusal of the session's token, with what a control read would tell; `reads` says for which accounts one was asked. */
function refusal(stage: Stage, session: Session, verdict: TokenVerdict = 'refused', repeated = false, asked = account) {
  const reads: string[] = [];
  const controlRead = async ({ cardAccountId }: typeof account) => {
    reads.push(cardAccountId);
    return verdict;
  };
  const deadline = stage.clock.now() + 9_000;
  return { refusal: { partner, session, account: asked, deadline, repeated, controlRead }, reads };
}

describe('a token that EnKash accepted', () => {
  test('is noted for the fleet with its account, once', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.after(gate.accepted(partner, session, account), 300);
    const noted = stage.item();
    expect(noted?.token).toMatchObject({ accepted: account });
    await stage.after(gate.accepted(partner, session, other), 300);
    const second = stage.gate();
    await stage.after(second.accepted(partner, await sessionOf(stage, second), other), 300);
    expect(stage.item()).toEqual(noted);
  });

  test('serves at once while the table cannot take the note', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    Object.assign(stage.store, { down: true, ms: 2_100 });
    expect(await stage.after(gate.accepted(partner, session, account), 260)).toBeUndefined();
  });

  test('and then refused is dead when a control read of that account is refused too: one login brings another', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.after(gate.accepted(partner, session, account), 300);
    await stage.clock.runUntil(stage.clock.now() + 15_000);
    const { refusal: refused, reads } = refusal(stage, session, 'refused', false, other);
    expect(await stage.after(gate.renew(refused))).toMatchObject({ token: 't2' });
    expect(reads).toEqual([account.cardAccountId]);
    expect(stage.logins).toHaveLength(2);
  });

  test.each([
    ['said again of a token that was not refused, a life of 0 is not meant', [false], 300_000],
    ['said again after a refusal in its last second, a life of 0 is meant again', [true], 1_000],
    [
      'said again after a refusal of a token whose life of 0 was not meant, it is not meant either',
      [false, true],
      300_000,
    ],
  ])('%s', async (_, refusedAfter, lifeMs) => {
    const stage = createStage([accepted('t1', 0), accepted('t2', 0), accepted('t3', 0)]);
    const gate = stage.gate();
    let session = await sessionOf(stage, gate);
    for (const isRefused of refusedAfter) {
      await stage.clock.runUntil(stage.clock.now() + 40_000);
      if (isRefused) await stage.after(gate.renew(refusal(stage, session).refusal), 1_000);
      else session = await sessionOf(stage, gate);
    }
    const { issuedAt = 0, endsAt = 0 } = stage.item()?.token ?? {};
    expect(stage.logins).toHaveLength(refusedAfter.length + 1);
    expect(Math.abs(endsAt - issuedAt - lifeMs)).toBeLessThan(1_000);
  });

  test('and then refused for one account alone costs no login, and is remembered for that account for 60 s', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.after(gate.accepted(partner, session, account), 300);
    const { refusal: refused, reads } = refusal(stage, session, 'accepted', false, other);
    expect(await stage.after(gate.renew(refused), 100)).toBe('UPSTREAM_UNAVAILABLE token-refused 60');
    expect(await stage.after(gate.renew(refused), 100)).toBe('UPSTREAM_UNAVAILABLE token-refused 60');
    expect(reads).toHaveLength(1);
    await stage.clock.runUntil(stage.clock.now() + 60_000);
    await stage.after(gate.renew({ ...refused, deadline: stage.clock.now() + 9_000 }), 100);
    expect(reads).toHaveLength(2);
    expect(await sessionOf(stage, gate)).toBe(session);
    expect(stage.logins).toHaveLength(1);
  });

  test('is left alone when the control read tells nothing', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.after(gate.accepted(partner, session, account), 300);
    expect(await stage.after(gate.renew(refusal(stage, session, 'unknown').refusal), 100)).toMatch(/token-refused/);
    expect(stage.item()?.token).toMatchObject({ dead: false });
  });

  test.each([12, 60, 200])(
    'and dies after %d s each time costs one login each time, and no refusal',
    async (seconds) => {
      const stage = createStage(Array.from({ length: 20 }, (_, index) => accepted(`t${index}`, 86_399_000)));
      const gate = stage.gate();
      let session = await sessionOf(stage, gate);
      for (let nth = 1; nth < 20; nth += 1) {
        await stage.after(gate.accepted(partner, session, account), 300);
        await stage.clock.runUntil(stage.clock.now() + seconds * 1_000);
        const next = await stage.after(gate.renew(refusal(stage, session).refusal), 1_000);
        expect(next).toMatchObject({ token: `t${nth}` });
        if (typeof next !== 'string') session = next;
      }
      expect(stage.logins).toHaveLength(20);
    },
  );
});

describe('a token that was never accepted', () => {
  test('is asked once more after a second, then doubted until it is 30 s old, then replaced', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    const begun = stage.clock.now();
    expect(await stage.after(gate.renew(refusal(stage, session).refusal), 1_010)).toBe(session);
    expect(await stage.after(gate.renew(refusal(stage, session, 'refused', true).refusal), 100)).toMatch(
      /^UPSTREAM_UNAVAILABLE token-refused 2\d$/,
    );
    expect(stage.events.filter(({ kind }) => kind === 'token-refused')).toHaveLength(1);
    await stage.clock.runUntil(begun + 31_000);
    expect(await stage.after(gate.renew(refusal(stage, session).refusal))).toMatchObject({ token: 't2' });
  });

  test('after another such one is doubted for a minute: EnKash refuses whatever is new', async () => {
    const stage = createStage([accepted('t1'), accepted('t2'), accepted('t3')]);
    const gate = stage.gate();
    const first = await sessionOf(stage, gate);
    await stage.clock.runUntil(stage.clock.now() + 31_000);
    const second = await stage.after(gate.renew(refusal(stage, first).refusal), 1_000);
    if (typeof second === 'string') throw new Error(second);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    expect(await stage.after(gate.renew(refusal(stage, second, 'refused', true).refusal), 100)).toMatch(
      /token-refused/,
    );
    await stage.clock.runUntil(stage.clock.now() + 20_000);
    expect(await stage.after(gate.renew(refusal(stage, second).refusal))).toMatchObject({ token: 't3' });
  });
});

describe('a refused token', () => {
  test('that others replaced already gives way to the new one, without a control read', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const [gate, late] = [stage.gate(), stage.gate()];
    const session = await sessionOf(stage, gate);
    await sessionOf(stage, late);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    await stage.after(gate.renew(refusal(stage, session).refusal));
    const { refusal: refused, reads } = refusal(stage, session);
    expect(await stage.after(late.renew(refused))).toMatchObject({ token: 't2' });
    expect([reads, stage.logins.length]).toEqual([[], 2]);
  });

  test('whose text the next login brings again is not alive; one more login follows 2 s later, and then it is', async () => {
    const stage = createStage([accepted('same'), accepted('same'), accepted('same')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    expect(await stage.after(gate.renew(refusal(stage, session).refusal))).toMatchObject({ token: 'same' });
    const [, second, third] = stage.logins;
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeLessThan(3_000);
    expect(stage.item()?.token).toMatchObject({ dead: false });
  });

  test('while the table is down or hangs is answered before the deadline, without a login', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    for (const ms of [5, 2_100]) {
      Object.assign(stage.store, { down: true, ms });
      expect(await stage.after(gate.renew(refusal(stage, session).refusal), 6_000)).toBe(
        'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
      );
    }
    expect(stage.logins).toHaveLength(1);
  });
});
