import { describe, expect, test } from 'vitest';
import { countOf, type GateItem, UNKNOWN_PAIR } from '../../../lib/login-gate/item.ts';
import { claim, close, open, permit, uncount } from '../../../lib/login-gate/transitions.ts';
import { at, empty, leasedFor, now, outcomeOf, token, v } from '../../rigs/gate-transitions.ts';
import { accepted, notSent, possible, refused, turnedAway } from '../../rigs/login-gate-setup.ts';

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
    expect(settled.refused).toEqual([{ ...refusal('v1'), at: at.replied, worked: true }, refusal('v0')]);
    expect(settled.lastLogin).toEqual({
      ...{ at: now, partner: 'acme', versionId: 'v1', content: 'c-v1', outcome: 'refused', evidence: '401 json' },
    });
  });

  test('refused: a content that had never worked is known as such, and one that had stays so', () => {
    const never = outcomeOf(leasedFor({ ...before, proven: ['c-v0'] }), refused);
    expect(never.refused).toMatchObject([{ content: 'c-v1', worked: false }, {}]);
    const again = outcomeOf(leasedFor({ ...before, refused: [{ ...refusal('v1'), worked: true }] }), refused);
    expect(again.refused).toMatchObject([{ content: 'c-v1', worked: true }]);
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
