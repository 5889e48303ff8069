import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answered, ask, withoutControl } from '../../../lib/login-gate/control-transitions.ts';
import { countOf, type GateItem } from '../../../lib/login-gate/item.ts';
import type { LoginOutcome } from '../../../lib/login-gate/outcome.ts';
import { verdictOf } from '../../../lib/login-gate/standing.ts';
import { markAccepted, markDead } from '../../../lib/login-gate/transitions.ts';
import { empty, leasedFor, now, outcomeOf, token, v } from '../../rigs/gate-transitions.ts';
import { accepted, application, notSent, possible, refused, trouble, turnedAway } from '../../rigs/login-gate-setup.ts';

describe('control requests', () => {
  const waiting: GateItem = { ...outcomeOf(leasedFor(empty), possible()) };

  test('come after 0, 5, 10, 20, 20 s while trouble answers', () => {
    let item = waiting;
    const pauses = [1, 2, 3, 4, 5].map(() => {
      item = answered(ask(item, now), trouble, now);
      return (item.control?.at ?? 0) - now;
    });
    expect(pauses).toEqual([5_000, 10_000, 20_000, 20_000, 20_000]);
    expect(item.control?.evidence).toBe('502 html');
  });

  test('end the wait when the application answered three in a row, half a second apart', () => {
    let item = answered(ask(waiting, now), trouble, now);
    for (const at of [now + 30_000, now + 30_500]) {
      item = answered(ask(item, at), application, at);
      expect([item.control?.at, item.waitUntil]).toEqual([at + 500, at]);
    }
    const third = answered(ask(item, now + 31_000), application, now + 31_000);
    expect([third.control, third.waitUntil]).toEqual([undefined, now + 31_000]);
  });

  test('rest for 60 s when the first one is answered: the trouble lay behind it', () => {
    const first = answered(ask(waiting, now + 400), application, now + 500);
    expect([first.control?.at, first.control?.answers, first.waitUntil]).toEqual([now + 60_000, 1, now + 60_000]);
  });

  test('rest for 60 s when trouble comes back after an answer, and count their answers anew', () => {
    const answer = answered(ask(answered(ask(waiting, now), trouble, now), now + 5_000), application, now + 5_000);
    const back = answered(ask(answer, now + 6_000), trouble, now + 6_000);
    expect(back.control).toMatchObject({ answers: 0, at: now + 66_000 });
    const later = answered(ask(back, now + 66_000), application, now + 66_000);
    expect(later.control).toMatchObject({ answers: 1, at: now + 66_500 });
  });

  test('let the next login go in the end where one backend of three stays broken', () => {
    let item = waiting;
    let asked = 0;
    while (item.control) {
      asked += 1;
      const at = Math.max(now, item.control.at);
      item = answered(ask(item, at), asked % 3 === 1 ? trouble : application, at);
    }
    expect(asked).toBe(12);
    expect((item.waitUntil ?? 0) - now).toBeLessThan(5 * 60_000);
  });

  test('that say when to come back are obeyed', () => {
    const told = answered(ask(waiting, now), { ...trouble, retryAfterSeconds: 600 }, now);
    expect(told.waitUntil).toBe(now + 600_000);
  });

  test('that a stage forbids give way to the fixed wait', () => {
    expect(withoutControl(waiting, now)).toMatchObject({ control: undefined, waitUntil: now + 120_000 });
  });
});

describe('a token', () => {
  const item: GateItem = { ...empty, token };
  const account = { companyId: 'CEK1', cardAccountId: 'CA1' };

  test('is accepted once, and only the one that is there and alive', () => {
    const marked = markAccepted(item, 'id', account);
    expect(marked.token?.accepted).toEqual(account);
    expect(markAccepted(marked, 'id', { ...account, cardAccountId: 'CA2' })).toBe(marked);
    expect(markAccepted(item, 'other', account)).toBe(item);
    expect(markAccepted(markDead(item, 'id'), 'id', account).token?.accepted).toBeUndefined();
  });

  test('dies once; those that were never accepted are counted in a row', () => {
    const dead = markDead(item, 'id');
    expect(dead).toMatchObject({ token: { dead: true }, neverAccepted: 1 });
    expect(markDead(dead, 'id')).toBe(dead);
    expect(markDead({ ...dead, token }, 'id').neverAccepted).toBe(2);
    expect(markDead(markAccepted(item, 'id', account), 'id').neverAccepted).toBe(0);
  });

  test('whose text comes again right after its death is dead, and alive when it comes once more', () => {
    const again = outcomeOf(leasedFor(markDead(item, 'id')), accepted('t'), token);
    expect(again.token).toMatchObject({ dead: true, broughtAgain: true });
    expect(outcomeOf(leasedFor(again), accepted('t'), token).token).toEqual(token);
    expect(outcomeOf(leasedFor(markDead(item, 'id')), accepted('t'), { ...token, id: 'new' }).token?.dead).toBe(false);
  });
});

test('never reaches a third possible failure by itself, whatever the outcomes and versions', () => {
  const outcome = fc.constantFrom<LoginOutcome>(accepted('t'), refused, possible(), notSent, turnedAway);
  const step = fc.record({ outcome, newVersion: fc.boolean(), pair: fc.constantFrom('pair', 'other') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let item = empty;
      let version = 0;
      let time = now;
      const failed = new Map<string, number>();
      for (const { outcome: came, newVersion, pair } of steps) {
        version += newVersion ? 1 : 0;
        time += 4_000_000;
        const contents = { current: v(`v${version}`, pair), previous: v(`v${version - 1}`, pair) };
        let ready = item;
        while (ready.control) ready = answered(ask(ready, time), application, time);
        const verdict = verdictOf(ready, contents, time + 100_000);
        if (verdict.kind !== 'login') continue;
        const total = [...failed.values()].reduce((sum, one) => sum + one, 0);
        expect(total).toBeLessThan(2);
        item = outcomeOf(leasedFor(ready, verdict.version), came);
        const { pair: by } = verdict.version;
        if (came.kind === 'accepted') failed.delete(by);
        if (came.kind === 'refused' || came.kind === 'possible') failed.set(by, (failed.get(by) ?? 0) + 1);
        expect(countOf(item)).toBe([...failed.values()].reduce((sum, one) => sum + one, 0));
      }
    }),
    { numRuns: 2_000 },
  );
});
