import { describe, expect, test } from 'vitest';
import type { Version } from '../../../lib/login-gate/content.ts';
import { type GateItem, UNKNOWN_PAIR } from '../../../lib/login-gate/item.ts';
import { judge401, type Verdict, verdictOf } from '../../../lib/login-gate/standing.ts';
import { claim, close, count, open, permit } from '../../../lib/login-gate/transitions.ts';

const now = 1_000_000_000;
const empty = open(undefined, 'login', true);
const v = (name: string, createdAt?: number): Version => ({
  versionId: name,
  content: `c-${name}`,
  pair: 'pair',
  createdAt,
});
const both = { current: v('v1'), previous: v('v0') };
const refusal = (name: string, standing = true) => ({
  ...{ content: `c-${name}`, pair: 'pair', versionId: name, at: now, standing },
});
const failed = (times: number, pair = 'pair') => [{ pair, count: times }];
const token = {
  ...{ id: 'id', content: 'c-v1', partner: 'acme', versionId: 'v1' },
  ...{ issuedAt: now, mayEndAt: now + 299_000, endsAt: now + 300_000, dead: false },
};
const lastLogin = { at: now, partner: 'acme', versionId: 'v1', outcome: 'possible', evidence: '502 html' };

/** A verdict in one word. */
function wordOf(verdict: Verdict): string {
  if (verdict.kind === 'closed') return verdict.reason;
  if (verdict.kind === 'wait') return verdict.wait.why;
  return verdict.kind === 'ask' ? 'ask' : verdict.version.versionId;
}

describe('a gate', () => {
  test('without an item, or closed by the operator, is never opened: whatever stands in it', () => {
    expect(verdictOf(undefined, both, now)).toEqual({ kind: 'closed', reason: 'never-opened' });
    expect(verdictOf(close({ ...empty, token }), both, now)).toEqual({ kind: 'closed', reason: 'never-opened' });
  });

  test.each<[string, Partial<GateItem>, string]>([
    ['of a secret never tried logs in with it', {}, 'v1'],
    ['of a proven current version logs in with it, whatever the previous one is', { proven: ['c-v1', 'c-v0'] }, 'v1'],
    ['with one failure that nobody saw has one login left', { failures: failed(1, UNKNOWN_PAIR) }, 'v1'],
    [
      'goes back to the proven previous version after the current was refused',
      { proven: ['c-v0'], failures: failed(1), refused: [refusal('v1')] },
      'v0',
    ],
    [
      'is closed when the previous one is unproven',
      { failures: failed(1), refused: [refusal('v1')] },
      'password-refused',
    ],
    [
      'is closed when both were refused',
      { failures: failed(1), refused: [refusal('v1'), refusal('v0')] },
      'password-refused',
    ],
    ['stays with the previous one as long as that works', { proven: ['c-v0'], refused: [refusal('v1', false)] }, 'v0'],
    [
      'does not try a refused current one again once the previous one is refused too',
      { failures: failed(1), refused: [refusal('v1', false), refusal('v0')] },
      'password-refused',
    ],
    [
      'does not try a refused one again though another of its API client has succeeded',
      { proven: ['c-v2'], refused: [refusal('v1', false)] },
      'password-refused',
    ],
    [
      'does not go back to a version before one that had worked: that is older than what EnKash has',
      { proven: ['c-v0'], failures: failed(1), refused: [{ ...refusal('v1'), worked: true }] },
      'password-refused',
    ],
    ['is closed at two possible failures', { failures: failed(2), proven: ['c-v1'] }, 'locked-out-risk'],
    [
      'is closed at two failures of two API clients',
      { failures: [...failed(1), ...failed(1, 'other')] },
      'locked-out-risk',
    ],
  ])('%s', (_, item, word) => {
    expect(wordOf(verdictOf({ ...empty, ...item }, both, now))).toBe(word);
  });

  test('without a version of this login is closed, unless the previous one is proven here', () => {
    const none = { current: undefined, previous: undefined };
    expect(wordOf(verdictOf(empty, none, now))).toBe('no-secret');
    expect(wordOf(verdictOf(empty, { ...none, previous: v('v0') }, now))).toBe('no-secret');
    const proven = { ...empty, proven: ['c-v0'] };
    expect(wordOf(verdictOf(proven, { ...none, previous: v('v0') }, now))).toBe('v0');
  });
});

describe('a version younger than two minutes', () => {
  const young = { current: v('v1', now - 119_999), previous: v('v0') };
  const at = (item: Partial<GateItem>, time = now) => wordOf(verdictOf({ ...empty, ...item }, young, time));

  test('goes after the proven previous one where no failure stands', () => {
    expect(at({ proven: ['c-v0'] })).toBe('v0');
    expect(at({ proven: ['c-v0'] }, now + 1)).toBe('v1');
    expect(at({ proven: ['c-v1', 'c-v0'] })).toBe('v1');
    expect(at({})).toBe('v1');
  });

  test('waits for the previous one that has worked and is not told yet', () => {
    const untold = { current: young.current, previous: undefined };
    const item = { ...empty, proven: ['c-v0'] };
    expect(verdictOf(item, untold, now)).toMatchObject({ wait: { why: 'young-version', until: now + 1 } });
    expect(wordOf(verdictOf(item, untold, now + 1))).toBe('v1');
    expect(wordOf(verdictOf(empty, untold, now))).toBe('v1');
  });

  test('waits where a failure stands, and then goes first', () => {
    const item = { proven: ['c-v0'], failures: failed(1), refused: [refusal('pending')] };
    expect(verdictOf({ ...empty, ...item }, young, now)).toMatchObject({
      wait: { why: 'young-version', until: now + 1 },
    });
    expect(at(item, now + 1)).toBe('v1');
  });

  test("goes at once where that failure is the previous version's own, or one that nobody saw", () => {
    expect(at({ failures: failed(1), refused: [refusal('v0')] })).toBe('v1');
    expect(at({ failures: failed(1, UNKNOWN_PAIR) })).toBe('v1');
  });
});

describe('the permission', () => {
  const two: GateItem = { ...empty, failures: failed(2), refused: [refusal('v1')] };
  const permitted = permit(two, 'v1', false, now);
  const word = (item: GateItem, contents = both, time = now) => wordOf(verdictOf(item, contents, time));

  test('lets the version pass that it names, refused or not, and no other', () => {
    expect(verdictOf(permitted, both, now)).toEqual({ kind: 'login', version: both.current, permitted: true });
    expect(word(permitted, { ...both, current: v('v2') })).toBe('locked-out-risk');
  });

  test('ends after 15 minutes, and when the count is another', () => {
    expect(word(permitted, both, now + 899_999)).toBe('v1');
    expect(word(permitted, both, now + 900_000)).toBe('locked-out-risk');
    expect(word({ ...permitted, failures: failed(3) })).toBe('locked-out-risk');
  });

  test('does not wait for what follows a possible failure, but for spacing, back-off and a living token', () => {
    const item = { ...permitted, waitUntil: now + 60_000, control: { tries: 1, at: now + 5_000 }, lastLogin };
    expect(word(item, both, now + 9_999)).toBe('spacing');
    expect(word(item, both, now + 10_000)).toBe('v1');
    expect(word({ ...item, backOff: { ms: 1, until: now + 20_000 } }, both, now + 10_000)).toBe('backing-off');
    expect(word({ ...item, token }, both, now + 10_000)).toBe('token-alive');
  });
});

describe('waits', () => {
  test('for a login that is claimed or under way come before everything else', () => {
    const claimed = claim({ ...empty, failures: failed(2) }, 'p1', now);
    expect(verdictOf(claimed, both, now)).toMatchObject({ wait: { why: 'claimed', until: now + 8_000 } });
    expect(wordOf(verdictOf(claimed, both, now + 8_000))).toBe('locked-out-risk');
    const leased = count(claimed, 'p1', 'acme', v('v1'), now);
    expect(verdictOf(leased, both, now + 69_999)).toMatchObject({
      wait: { why: 'login-under-way', until: now + 70_000 },
    });
    expect(wordOf(verdictOf(leased, both, now + 70_000))).toBe('locked-out-risk');
  });

  test('are all there with their ends, and the last one is named', () => {
    const item = { ...empty, token, lastLogin, backOff: { ms: 1, until: now + 400_000 } };
    const verdict = verdictOf(item, both, now);
    expect(verdict).toMatchObject({ kind: 'wait', wait: { why: 'backing-off', until: now + 400_000 } });
    expect(verdict.kind === 'wait' && verdict.waits).toHaveLength(3);
  });

  test('of 10 s follow a login that was sent, none one that was not, and 2 s one that brought a dead text again', () => {
    const word = (item: Partial<GateItem>, time: number) => wordOf(verdictOf({ ...empty, ...item }, both, now + time));
    expect([word({ lastLogin }, 9_999), word({ lastLogin }, 10_000)]).toEqual(['spacing', 'v1']);
    expect(word({ lastLogin: { ...lastLogin, outcome: 'not-sent' } }, 0)).toBe('v1');
    const again = { lastLogin, token: { ...token, dead: true, broughtAgain: true } };
    expect([word(again, 1_999), word(again, 2_000)]).toEqual(['spacing', 'v1']);
  });

  test('after a possible failure end with an answer of the application', () => {
    const item = { ...empty, failures: failed(1), proven: ['c-v1'], lastLogin, waitUntil: now + 60_000 };
    const word = (control: GateItem['control'], time: number) =>
      wordOf(verdictOf({ ...item, control }, both, now + time));
    expect(word({ tries: 0, at: now }, 1)).toBe('ask');
    expect(word({ tries: 1, at: now + 5_000 }, 1)).toBe('after-possible');
    expect(word({ tries: 1, at: now + 90_000 }, 61_000)).toBe('control');
    expect(word({ tries: 1, at: now + 5_000 }, 61_000)).toBe('ask');
    expect([word(undefined, 59_999), word(undefined, 60_000)]).toEqual(['after-possible', 'v1']);
  });
});

describe('a refused token', () => {
  const account = { companyId: 'CEK1', cardAccountId: 'CA1' };
  const judge = (item: Partial<GateItem>, refused = {}, time = now) =>
    judge401({ ...empty, token, ...item }, { id: 'id', accepted: undefined, repeated: false, ...refused }, time);

  test('is over when the item has another one, knows that it is dead, or is gone', () => {
    const over = { kind: 'over' };
    expect(judge({}, { id: 'other' })).toEqual(over);
    expect(judge({ token: { ...token, dead: true } })).toEqual(over);
    expect(judge401(undefined, { id: 'id', accepted: account, repeated: false }, now)).toEqual(over);
  });

  test('is checked by the account that it was accepted for, as the fleet or this process knows it', () => {
    expect(judge({ token: { ...token, accepted: account } })).toEqual({ kind: 'check', account });
    expect(judge({}, { accepted: account })).toEqual({ kind: 'check', account });
    expect(judge({}, { accepted: account }, now + 298_999)).toEqual({ kind: 'check', account });
    expect(judge({}, { accepted: account }, now + 299_000)).toEqual({ kind: 'dead' });
  });

  test('is asked again once while it is 30 s young, a minute after another one that was never accepted', () => {
    expect(judge({})).toEqual({ kind: 'ask-again' });
    expect(judge({}, { repeated: true })).toEqual({ kind: 'doubt', until: now + 30_000 });
    expect(judge({}, {}, now + 30_000)).toEqual({ kind: 'dead' });
    expect(judge({ neverAccepted: 1 }, { repeated: true })).toEqual({ kind: 'doubt', until: now + 60_000 });
    expect(judge({ neverAccepted: 1 }, {}, now + 60_000)).toEqual({ kind: 'dead' });
  });
});

describe('beside a login that may not be over', () => {
  const two = { ...empty, failures: failed(2), lastLogin, atWorkUntil: now + 60_000 };

  test('nothing is sent while EnKash may be at work at it, not even what the operator permits', () => {
    const permitted = permit(two, 'v1', true, now);
    const verdict = verdictOf(permitted, both, now + 20_000);
    expect(verdict).toMatchObject({ kind: 'wait', wait: { why: 'after-possible', until: now + 60_000 } });
    expect(wordOf(verdictOf(permitted, both, now + 60_000))).toBe('v1');
  });

  test('EnKash is asked before the next one, where the process that sent it never told its outcome', () => {
    const leased = count(claim(empty, 'p1', now), 'p1', 'acme', v('v1'), now);
    expect(wordOf(verdictOf(leased, both, now + 69_999))).toBe('login-under-way');
    expect(wordOf(verdictOf(leased, both, now + 70_000))).toBe('ask');
  });
});
