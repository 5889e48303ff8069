import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Version } from '../../../lib/login-gate/content.ts';
import { countOf, type GateItem, type TokenFacts, UNKNOWN_PAIR } from '../../../lib/login-gate/item.ts';
import type { LoginOutcome } from '../../../lib/login-gate/outcome.ts';
import { verdictOf } from '../../../lib/login-gate/standing.ts';
import {
  type AfterPossible,
  answered,
  ask,
  claim,
  close,
  count,
  markAccepted,
  markDead,
  open,
  permit,
  settle,
  uncount,
  withoutControl,
} from '../../../lib/login-gate/transitions.ts';
import { accepted, application, notSent, possible, refused, trouble, turnedAway } from '../../rigs/login-gate-setup.ts';

const now = 1_000_000_000;
const at = { sent: now, replied: now + 300 };
const empty = open(undefined, 'login', true);
const v = (name: string, pair = 'pair'): Version => ({
  versionId: name,
  content: `c-${name}`,
  pair,
  createdAt: undefined,
});
const token: TokenFacts = {
  ...{ id: 'id', content: 'c-v1', partner: 'acme', versionId: 'v1' },
  ...{ issuedAt: now, mayEndAt: now + 299_000, endsAt: now + 300_000, dead: false },
};
const leasedFor = (item: GateItem, version = v('v1')) => count(claim(item, 'p1', now), 'p1', 'acme', version, now);
const outcomeOf = (
  item: GateItem,
  outcome: LoginOutcome,
  fresh?: TokenFacts,
  how: AfterPossible = 'control',
): GateItem => {
  if (!item.lease) throw new Error('no lease');
  return settle(item, item.lease, outcome, at, fresh, how);
};
const refusal = (name: string, standing = true, pair = 'pair') => ({
  ...{ content: `c-${name}`, pair, versionId: name, at: now, standing },
});

describe('open', () => {
  test('notes one failure that nobody saw, unless nobody ever tried', () => {
    expect(open(undefined, 'login', false)).toMatchObject({
      opened: true,
      failures: [{ pair: UNKNOWN_PAIR, count: 1 }],
    });
    expect(open(undefined, 'login', true)).toMatchObject({ opened: true, failures: [] });
  });

  test('after close goes on with what was counted, and remembers no token, lease or permission', () => {
    const two = { ...permit(leasedFor(leasedFor(empty)), 'v1', now), token };
    const closed = close(two);
    expect(closed).toMatchObject({ opened: false, fence: 2 });
    expect([closed.token, closed.lease, closed.claim, closed.permission]).toEqual(Array(4).fill(undefined));
    expect(countOf(open(closed, 'login', false))).toBe(2);
  });
});

describe('claim, count and uncount', () => {
  test('a claim counts nothing; the count has the next number and the claim is over', () => {
    const claimed = claim(empty, 'p1', now);
    expect(claimed).toEqual({ ...empty, lease: undefined, claim: { owner: 'p1', at: now, until: now + 8_000 } });
    const leased = leasedFor(empty);
    expect(leased).toMatchObject({ failures: [{ pair: 'pair', count: 1 }], fence: 1, claim: undefined });
    expect(leased.lease).toEqual({
      ...{ owner: 'p1', fence: 1, since: now, until: now + 70_000, partner: 'acme' },
      ...{ versionId: 'v1', content: 'c-v1', pair: 'pair' },
    });
  });

  test('the permission is spent by any count, and comes back only when nothing was sent', () => {
    const permitted = permit(empty, 'v1', now);
    expect(permitted.permission).toEqual({ versionId: 'v1', count: 0, givenAt: now, until: now + 900_000 });
    const leased = leasedFor(permitted, v('other'));
    expect(leased.permission).toBeUndefined();
    expect(outcomeOf(leased, notSent).permission).toEqual(permitted.permission);
    for (const outcome of [accepted('t'), refused, possible(), turnedAway]) {
      expect(outcomeOf(leased, outcome).permission).toBeUndefined();
    }
  });

  test('a count taken back leaves no trace but its number', () => {
    const leased = leasedFor(empty);
    if (!leased.lease) throw new Error('no lease');
    expect(countOf(uncount(leased, leased.lease))).toBe(0);
    expect(uncount(leased, leased.lease)).toMatchObject({ fence: 1, lease: undefined, failures: [] });
  });
});

describe('the item after a login', () => {
  const before: GateItem = {
    ...empty,
    failures: [{ pair: 'pair', count: 1 }],
    proven: ['c-v0'],
    refused: [refusal('v0'), refusal('v1')],
    backOff: { ms: 4_000, until: now },
    waitUntil: now,
  };
  const leased = leasedFor(before);

  test('accepted: its own API client is forgiven, the content proven, and the refusals of that client do not stand', () => {
    const fresh = { ...token, id: 'new' };
    expect(outcomeOf(leased, accepted('t'), fresh)).toMatchObject({
      ...{ failures: [], lease: undefined, backOff: undefined, waitUntil: undefined, control: undefined },
      ...{ proven: ['c-v1', 'c-v0'], refused: [refusal('v0', false)], token: fresh },
    });
  });

  test("accepted: another API client's failures and refusals stand, what nobody saw does not", () => {
    const others = [
      { pair: 'other', count: 1 },
      { pair: UNKNOWN_PAIR, count: 1 },
    ];
    const item = leasedFor({ ...before, failures: others, refused: [refusal('v0', true, 'other')] });
    const settled = outcomeOf(item, accepted('t'), token);
    expect(settled.failures).toEqual([{ pair: 'other', count: 1 }]);
    expect(settled.refused).toEqual([refusal('v0', true, 'other')]);
  });

  test('refused: the count stays, the content is unproven and not tried again', () => {
    const settled = outcomeOf(leasedFor({ ...before, proven: ['c-v1', 'c-v0'] }), refused);
    expect(settled).toMatchObject({ failures: [{ pair: 'pair', count: 2 }], proven: ['c-v0'], backOff: undefined });
    expect(settled.refused).toEqual([{ ...refusal('v1'), at: at.replied }, refusal('v0')]);
    expect(settled.lastLogin).toEqual({
      ...{ at: now, partner: 'acme', versionId: 'v1', outcome: 'refused', evidence: '401 json' },
    });
  });

  test('possible: the count stays, and EnKash is asked before the next login, 10 s later at least', () => {
    const settled = outcomeOf(leased, possible());
    expect(settled).toMatchObject({ failures: [{ count: 2 }], control: { tries: 0, at: at.replied } });
    expect(settled.waitUntil).toBe(at.replied + 10_000);
    expect(outcomeOf(leased, possible(false, 900)).waitUntil).toBe(at.replied + 900_000);
  });

  test('possible, where control requests are forbidden: 60 s after silence, 120 s after an answer', () => {
    expect(outcomeOf(leased, possible(true), undefined, 'fixed')).toMatchObject({ waitUntil: at.replied + 60_000 });
    expect(outcomeOf(leased, possible(), undefined, 'fixed').waitUntil).toBe(at.replied + 120_000);
    expect(outcomeOf(leased, possible(), undefined, 'fixed').control).toBeUndefined();
    expect(outcomeOf(leased, possible(false, 900), undefined, 'fixed').waitUntil).toBe(at.replied + 900_000);
  });

  test.each([notSent, turnedAway])('$kind: the count is taken back, and the back-off twice as long', (outcome) => {
    expect(outcomeOf(leased, outcome)).toMatchObject({
      ...{ failures: before.failures, lease: undefined, refused: before.refused },
      backOff: { ms: 8_000, until: at.replied + 8_000 },
    });
  });

  test('back-off goes 1, 2, 4 … 20 s', () => {
    let item = empty;
    const waits = Array.from({ length: 7 }, () => {
      item = outcomeOf(leasedFor(item), notSent);
      return (item.backOff?.until ?? 0) - at.replied;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  test('remembers ten contents at most', () => {
    const many = Array.from({ length: 10 }, (_, index) => `w${index}`);
    const full = { ...leased, proven: many, refused: many.map((name) => refusal(name)) };
    expect(outcomeOf(full, refused).refused).toHaveLength(10);
    expect(outcomeOf(full, accepted('t'), token).proven).toEqual(['c-v1', ...many.slice(0, 9)]);
  });
});

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

  test('answered at once by the application let the login rest for 60 s; after trouble they end the wait', () => {
    const first = answered(ask(waiting, now + 400), application, now + 500);
    expect([first.control, first.waitUntil]).toEqual([undefined, now + 60_000]);
    const second = answered(ask(answered(ask(waiting, now), trouble, now), now), application, now + 30_000);
    expect([second.control, second.waitUntil]).toEqual([undefined, now + 30_000]);
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
        const ready = item.control ? answered(ask(item, time), application, time) : item;
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
