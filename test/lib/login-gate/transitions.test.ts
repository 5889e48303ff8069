import { describe, expect, test } from 'vitest';
import { ask, withoutControl } from '../../../lib/login-gate/control-transitions.ts';
import { countOf, type GateItem, UNKNOWN_PAIR } from '../../../lib/login-gate/item.ts';
import { abandon, claim, close, open, permit, uncount } from '../../../lib/login-gate/transitions.ts';
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
    const two = { ...permit(leasedFor(leasedFor(empty)), 'v1', false, now), token };
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
    const permitted = permit(empty, 'v1', false, now);
    expect(permitted.permission).toEqual({
      ...{ versionId: 'v1', count: 0, givenAt: now, until: now + 900_000 },
      unlocked: false,
    });
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

describe('a login of which nobody told what came of it', () => {
  const leased = leasedFor(empty, v('lost'));
  const until = leased.lease?.until ?? 0;

  test('is left alone until its lease ends', () => {
    expect(abandon(leased, until - 1)).toBe(leased);
    expect(abandon(empty, until)).toBe(empty);
  });

  test('may have failed: EnKash is asked first, and its content is remembered, whoever writes next', () => {
    const lastLogin = { versionId: 'lost', content: 'c-lost', outcome: 'possible', at: now };
    const left = { lease: undefined, failures: [{ pair: 'pair', count: 1 }], failed: ['c-lost'], lastLogin };
    expect(abandon(leased, until)).toMatchObject({ ...left, control: { tries: 0, at: until } });
    expect(ask(leased, until)).toMatchObject({ ...left, control: { tries: 1 } });
    expect(claim(leased, 'p2', until)).toMatchObject({ ...left, control: { tries: 0 }, claim: { owner: 'p2' } });
    expect(withoutControl(leased, until)).toMatchObject({ ...left, control: undefined, waitUntil: now + 120_000 });
    expect(close(leased)).toMatchObject({ failed: ['c-lost'] });
  });
});

describe('what a success forgives', () => {
  const others = [
    { pair: 'pair', count: 1 },
    { pair: 'other', count: 1 },
  ];
  const before = { ...empty, failures: others, refused: [refusal('bad', true, 'other')], failed: ['c-v1', 'c-bad'] };
  const afterSuccess = (unlocked: boolean) =>
    outcomeOf(leasedFor(permit(before, 'v1', unlocked, now), v('v1')), accepted('t'));

  test('is its own API client, and no other', () => {
    expect(afterSuccess(false)).toMatchObject({
      failures: [{ pair: 'other', count: 1 }],
      refused: [{ standing: true }],
      failed: ['c-bad'],
    });
  });

  test('is every one where EnKash had forgotten them before the login was permitted', () => {
    expect(afterSuccess(true)).toMatchObject({ failures: [], refused: [{ standing: false }] });
  });
});

test('an item made anew numbers its logins from where the token row that was left behind stands', () => {
  expect(open(undefined, 'login', false, 7)).toMatchObject({ fence: 7 });
  expect(open({ ...empty, fence: 9 }, 'login', false, 7)).toMatchObject({ fence: 9 });
});

test('EnKash may be at work at a login for a minute after it was sent, where nobody waited for its answer', () => {
  const [silent, answered] = [possible(true), possible(false)].map((outcome) => outcomeOf(leasedFor(empty), outcome));
  expect(silent?.atWorkUntil).toBe(at.sent + 60_000);
  expect(answered?.atWorkUntil).toBeUndefined();
});
