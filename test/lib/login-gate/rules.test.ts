import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoginOutcome } from '../../../lib/enkash/token-request.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import {
  chooseVersion,
  closedBy,
  emptyItem,
  giveBack,
  needsPrevious,
  settle,
  standingOf,
  takeLease,
} from '../../../lib/login-gate/rules.ts';
import { isUsable, judge401, lifeOf, markDead, remember401 } from '../../../lib/login-gate/tokens.ts';

const now = 1_000_000_000;
const at = { sent: now, replied: now + 300 };
const empty = emptyItem('acme');
const token = {
  id: 'id',
  versionId: 'v0',
  sealed: 'sealed',
  issuedAt: now,
  usableUntil: now + 300_000,
  endsAt: now + 300_300,
  dead: false,
};
const refusal = (versionId: string, times = 1, standing = true) => ({ versionId, times, standing });

describe('a lease', () => {
  const leased = takeLease(empty, 'p1', 'v1', now);

  test('counts its login before that is sent, and has the next number', () => {
    expect(leased).toMatchObject({
      failures: 1,
      fence: 1,
      lease: { owner: 'p1', fence: 1, since: now, versionId: 'v1' },
    });
    expect(takeLease(leased, 'p2', 'v1', now)).toMatchObject({
      failures: 2,
      fence: 2,
      lease: { owner: 'p2', fence: 2 },
    });
  });

  test('lasts for sending, the login, storing it, and two clocks 30 s off', () => {
    const until = leased.lease?.until ?? 0;
    expect(until - now).toBeGreaterThanOrEqual(4_000 + 4_000 + 2_000 + 60_000);
    expect(standingOf(leased, 'p2', until - 1)).toMatchObject({ kind: 'wait', poll: true, until });
    expect(standingOf(leased, 'p2', until)).toMatchObject({ kind: 'open' });
  });

  test('is recognised by its owner, whatever else the item says', () => {
    expect(standingOf({ ...leased, failures: 2 }, 'p1', now)).toMatchObject({ kind: 'mine' });
  });

  test('returned unused leaves no trace but its number', () => {
    const { lease } = leased;
    expect(lease && giveBack(leased, lease)).toEqual({ ...empty, fence: 1, lease: undefined });
    const permitted = takeLease({ ...empty, allowOne: true }, 'p1', 'v1', now);
    expect(permitted.allowOne).toBe(false);
    expect(permitted.lease && giveBack(permitted, permitted.lease).allowOne).toBe(true);
  });
});

describe('the order in which an item stands in the way', () => {
  test('a login under way, then two possible failures, back-off, a living token, spacing', () => {
    const item: GateItem = {
      ...empty,
      failures: 2,
      lease: { owner: 'p1', fence: 1, since: now, until: now + 10, versionId: 'v1', allowed: false },
      backOff: { ms: 1_000, until: now + 100 },
      token: { ...token, endsAt: now + 1_000 },
      lastLoginAt: now,
    };
    const reasonAt = (seen: GateItem, time: number) => {
      const standing = standingOf(seen, 'p2', time);
      if (standing.kind === 'wait') return standing.refusal().reason;
      return standing.kind === 'closed' ? standing.error.reason : standing.kind;
    };
    expect(reasonAt(item, now)).toBe('login-in-progress');
    expect(reasonAt(item, now + 10)).toBe('locked-out-risk');
    const allowed = { ...item, allowOne: true };
    expect(reasonAt(allowed, now + 10)).toBe('token-host-unavailable');
    expect(reasonAt(allowed, now + 100)).toBe('token-unreadable');
    const ending = { ...allowed, token: { ...token, usableUntil: now + 500, endsAt: now + 1_000 } };
    expect(reasonAt(ending, now + 100)).toBe('token-ending');
    expect(reasonAt({ ...allowed, token: { ...token, dead: true } }, now + 100)).toBe('login-spacing');
    expect(reasonAt(allowed, now + 1_000)).toBe('login-spacing');
    expect(reasonAt({ ...allowed, refused: [refusal('v1')] }, now + 1_000)).toBe('password-refused');
    expect(reasonAt({ ...allowed, refused: [refusal('v1', 1, false)] }, now + 1_000)).toBe('login-spacing');
    expect(reasonAt(allowed, now + 9_999)).toBe('login-spacing');
    expect(reasonAt(allowed, now + 10_000)).toBe('open');
  });

  test('the wait is told in whole seconds, one at least', () => {
    const standing = standingOf({ ...empty, lastLoginAt: now }, 'p2', now + 1);
    expect(standing.kind === 'wait' && standing.refusal().retryAfterSeconds).toBe(10);
    const last = standingOf({ ...empty, lastLoginAt: now }, 'p2', now + 9_999);
    expect(last.kind === 'wait' && last.refusal().retryAfterSeconds).toBe(1);
  });
});

describe('the secret version of a login', () => {
  const current = { versionId: 'v1' };
  const choose = (item: Partial<GateItem>, createdAt?: number, previous: string | undefined = 'v0') =>
    chooseVersion({ ...empty, ...item }, { ...current, createdAt }, previous, now)?.versionId;

  test.each<[string, Partial<GateItem>, string | undefined]>([
    ['is the current one on the first day', {}, 'v1'],
    ['is the current one while it is proven, whatever the previous one is', { proven: ['v1', 'v0'] }, 'v1'],
    ['is the current one when neither was ever refused', { proven: ['v0'] }, 'v1'],
    [
      'is the proven previous one after the current was refused',
      { proven: ['v0'], failures: 1, refused: [refusal('v1')] },
      'v0',
    ],
    ['is none when the previous one is unproven', { failures: 1, refused: [refusal('v1')] }, undefined],
    [
      'is none when the refused one is proven',
      { proven: ['v1', 'v0'], failures: 1, refused: [refusal('v1')] },
      undefined,
    ],
    [
      'is none when both were refused',
      { proven: ['v0'], failures: 1, refused: [refusal('v1'), refusal('v0')] },
      undefined,
    ],
    [
      'is the previous one as long as that goes on working',
      { proven: ['v0'], refused: [refusal('v1', 1, false)] },
      'v0',
    ],
    [
      'is the current one once the previous one is refused too',
      { proven: ['v0'], failures: 1, refused: [refusal('v1', 1, false), refusal('v0')] },
      'v1',
    ],
    ['is none at two possible failures', { failures: 2 }, undefined],
    [
      'is the current one by the operator, refused or not',
      { failures: 3, allowOne: true, refused: [refusal('v1')] },
      'v1',
    ],
  ])('%s', (_, item, versionId) => {
    expect(choose(item)).toBe(versionId);
  });

  test('is the proven previous one while the current is under two minutes old and unproven', () => {
    expect(choose({ proven: ['v0'] }, now - 119_999)).toBe('v0');
    expect(choose({ proven: ['v0'] }, now - 120_000)).toBe('v1');
    expect(choose({ proven: ['v1', 'v0'] }, now)).toBe('v1');
    expect(choose({ proven: ['other'] }, now)).toBe('v1');
  });

  test("any login spends the operator's permission, also one that needed none", () => {
    const permitted = { ...empty, allowOne: true };
    expect(takeLease(permitted, 'p1', 'v1', now)).toMatchObject({ allowOne: false, failures: 1 });
    expect(chooseVersion({ ...permitted, failures: 2 }, current, undefined, now)).toEqual({ versionId: 'v1' });
  });

  test('fetches AWSPREVIOUS only where it may matter', () => {
    expect(needsPrevious(empty, current, now)).toBe(false);
    expect(needsPrevious({ ...empty, refused: [refusal('v1')] }, current, now)).toBe(true);
    expect(needsPrevious({ ...empty, refused: [refusal('v0')] }, current, now)).toBe(false);
    expect(needsPrevious({ ...empty, proven: ['v1'], refused: [refusal('v1')] }, current, now)).toBe(false);
    expect(needsPrevious(empty, { ...current, createdAt: now - 1 }, now)).toBe(true);
  });
});

describe('the item after a login', () => {
  const before: GateItem = {
    ...empty,
    failures: 1,
    proven: ['v0'],
    refused: [refusal('v0'), refusal('v1', 2)],
    backOff: { ms: 4_000, until: now },
    token: { ...token, dead: true },
    kills: { inARow: 2, at: now, notHelped: false },
  };
  const leased = takeLease(before, 'p1', 'v1', now);
  const outcomeOf = (outcome: LoginOutcome, item = leased, fresh?: typeof token) => {
    if (!item.lease) throw new Error('no lease');
    return settle(item, item.lease, outcome, at, fresh);
  };

  test('accepted: nothing stands any more, the version is proven, other refusals may be tried again', () => {
    const fresh = { ...token, id: 'new' };
    expect(
      outcomeOf({ kind: 'accepted', token: 't', statedLifeMs: undefined }, { ...leased, allowOne: true }, fresh),
    ).toEqual({
      ...leased,
      lease: undefined,
      lastLoginAt: now,
      failures: 0,
      allowOne: false,
      backOff: undefined,
      proven: ['v1', 'v0'],
      refused: [refusal('v0', 1, false)],
      token: fresh,
    });
  });

  test('accepted after a token that ended by itself forgets the ones that died before', () => {
    const natural = { ...leased, token };
    expect(outcomeOf({ kind: 'accepted', token: 't', statedLifeMs: undefined }, natural, token).kills).toBeUndefined();
  });

  test('refused: the count stays, the version is not tried again', () => {
    expect(outcomeOf({ kind: 'refused' })).toEqual({
      ...leased,
      lease: undefined,
      lastLoginAt: now,
      backOff: undefined,
      refused: [refusal('v1', 3), refusal('v0')],
    });
  });

  test('possible: the count stays, the version may be tried again after the wait', () => {
    expect(outcomeOf({ kind: 'possible', waitMs: 60_000 })).toEqual({
      ...leased,
      lease: undefined,
      lastLoginAt: now,
      backOff: undefined,
      waitUntil: at.replied + 60_000,
    });
  });

  test('not sent: as if it never was, but for a back-off twice as long', () => {
    expect(outcomeOf({ kind: 'not-sent' })).toEqual({
      ...before,
      fence: 1,
      lease: undefined,
      backOff: { ms: 8_000, until: at.replied + 8_000 },
    });
  });

  test('turned away: not counted, but spaced, and the permission that sent it is spent', () => {
    const permitted = takeLease({ ...before, allowOne: true }, 'p1', 'v1', now);
    for (const item of [leased, permitted]) {
      expect(outcomeOf({ kind: 'turned-away' }, item)).toMatchObject({
        failures: 1,
        allowOne: false,
        lastLoginAt: now,
        backOff: { ms: 8_000, until: at.replied + 8_000 },
      });
    }
    expect(outcomeOf({ kind: 'not-sent' }, permitted).allowOne).toBe(true);
  });

  test('back-off goes 1, 2, 4 … 20 s', () => {
    let item: GateItem = { ...empty };
    const waits = Array.from({ length: 7 }, () => {
      item = outcomeOf({ kind: 'not-sent' }, takeLease(item, 'p1', 'v1', now));
      return (item.backOff?.until ?? 0) - at.replied;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  test('remembers ten versions at most', () => {
    const many = Array.from({ length: 10 }, (_, index) => `w${index}`);
    const full = { ...leased, proven: many, refused: many.map((id) => refusal(id)) };
    expect(outcomeOf({ kind: 'refused' }, full).refused.map(({ versionId }) => versionId)).toEqual([
      'v1',
      ...many.slice(0, 9),
    ]);
    expect(outcomeOf({ kind: 'accepted', token: 't', statedLifeMs: 1 }, full).proven).toEqual([
      'v1',
      ...many.slice(0, 9),
    ]);
  });

  test('never reaches a third possible failure by itself, whatever the outcomes', () => {
    const outcome = fc.constantFrom<LoginOutcome['kind']>('accepted', 'refused', 'possible', 'not-sent', 'turned-away');
    const step = fc.record({ kind: outcome, newVersion: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let item: GateItem = empty;
        let version = 0;
        let possible = 0;
        let time = now;
        for (const { kind, newVersion } of steps) {
          version += newVersion ? 1 : 0;
          time += 400_000;
          const [currentId, previousId] = [`v${version}`, `v${version - 1}`];
          if (standingOf(item, 'p1', time).kind !== 'open') continue;
          const choice = chooseVersion(item, { versionId: currentId }, previousId, time);
          if (!choice) continue;
          const held = takeLease(item, 'p1', choice.versionId, time);
          if (kind === 'refused' || kind === 'possible') possible += 1;
          if (kind === 'accepted') possible = 0;
          expect(possible).toBeLessThanOrEqual(2);
          const result: LoginOutcome =
            kind === 'accepted'
              ? { kind, token: 't', statedLifeMs: undefined }
              : kind === 'possible'
                ? { kind, waitMs: 60_000 }
                : { kind };
          if (held.lease) item = settle(held, held.lease, result, { sent: time, replied: time }, undefined);
          expect(item.failures).toBe(possible);
        }
      }),
    );
  });
});

describe('the life of a token', () => {
  test.each([
    ['unstated: the cap', undefined, 300_000, 300_300],
    ['86399 s: the cap', 86_399_000, 300_000, 300_300],
    ['exactly the cap', 300_000, 300_000, 300_300],
    ['less than the cap: as stated, and a second of rounding before the next login', 120_000, 120_000, 121_300],
    ['nothing left: nothing', 0, 0, 1_300],
    ['negative, by a wrong clock: the cap', -5_000, 300_000, 300_300],
  ])('%s', (_, stated, usable, ends) => {
    expect(lifeOf(stated, at)).toEqual({ usableUntil: now + usable, endsAt: now + ends });
  });

  test('a reply that reached a frozen process late does not move its end', () => {
    expect(lifeOf(undefined, { sent: now, replied: now + 100_000 }).endsAt).toBe(now + 304_000);
  });

  test('it is used until a second before its end, unless it is dead', () => {
    expect(isUsable(token, token.usableUntil - 1_001)).toBe(true);
    expect(isUsable(token, token.usableUntil - 1_000)).toBe(false);
    expect(isUsable({ ...token, dead: true }, now)).toBe(false);
  });
});

describe('a 401', () => {
  const refused = { id: 'id', issuedAt: now, usableUntil: now + 300_000, accepted: false };
  const item = { ...empty, token };

  test('kills a token older than 30 s, or one accepted before, or one at its end', () => {
    expect(judge401(item, refused, now + 30_000)).toBe('not-the-token');
    expect(judge401(item, refused, now + 30_001)).toBe('dead');
    expect(judge401(item, { ...refused, accepted: true }, now + 1)).toBe('dead');
    expect(judge401(item, { ...refused, usableUntil: now + 2_000 }, now + 999)).toBe('not-the-token');
    expect(judge401(item, { ...refused, usableUntil: now + 2_000 }, now + 1_000)).toBe('dead');
  });

  test('kills nothing for 60 s after a fresh token was refused', () => {
    const remembered = remember401(item, now);
    expect(remembered.freshRefusedUntil).toBe(now + 60_000);
    expect(judge401(remembered, { ...refused, accepted: true }, now + 59_999)).toBe('not-the-token');
    expect(judge401(remembered, { ...refused, accepted: true }, now + 60_000)).toBe('dead');
    expect(remember401(remembered, now + 59_999)).toBe(remembered);
    expect(remember401(remembered, now + 60_000).freshRefusedUntil).toBe(now + 120_000);
  });

  test('is doubted more and more when one token after the other does not help', () => {
    const old = { ...refused, issuedAt: 0 };
    const killed = (inARow: number) => ({ ...item, kills: { inARow, at: now, notHelped: false } });
    for (const [inARow, pause] of [
      [1, 10_000],
      [2, 20_000],
      [4, 80_000],
      [9, 300_000],
    ] as const) {
      expect(judge401(killed(inARow), old, now + pause - 1)).toBe('not-the-token');
      expect(judge401(killed(inARow), old, now + pause)).toBe('dead');
      expect(judge401(killed(inARow), { ...old, id: 'other' }, now)).toBe('dead');
      expect(judge401(markDead(killed(inARow), 'id', now), old, now)).toBe('dead');
    }
  });

  test('marks the token dead once, and only that token', () => {
    const dead = markDead(item, 'id', now);
    expect(dead).toEqual({ ...item, token: { ...token, dead: true }, kills: { inARow: 1, at: now, notHelped: false } });
    expect(markDead(dead, 'id', now)).toBe(dead);
    expect(markDead(item, 'other', now)).toBe(item);
    expect(markDead(empty, 'id', now)).toBe(empty);
  });

  test('counts the tokens that did not help, and one down for each that did', () => {
    const killed = { ...item, kills: { inARow: 3, at: 0, notHelped: false } };
    expect(markDead(remember401(killed, now), 'id', now).kills).toEqual({ inARow: 4, at: now, notHelped: false });
    expect(markDead(killed, 'id', now).kills).toEqual({ inARow: 2, at: now, notHelped: false });
    const once = { ...killed, kills: { ...killed.kills, inARow: 1 } };
    expect(markDead(once, 'id', now).kills).toEqual({ inARow: 1, at: now, notHelped: false });
    expect(remember401(item, now).kills).toBeUndefined();
  });
});

test('a closed gate says whether a new secret opens it or only the operator', () => {
  expect(closedBy({ ...empty, failures: 1 })).toMatchObject({
    code: 'PARTNER_LOGIN_BLOCKED',
    reason: 'password-refused',
    retryAfterSeconds: 30,
  });
  expect(closedBy({ ...empty, failures: 2 })).toMatchObject({ reason: 'locked-out-risk', retryAfterSeconds: 60 });
});
