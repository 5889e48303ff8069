import { describe, expect, test } from 'vitest';
import { versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type { LoginUse } from '../../../lib/login-gate/login.ts';
import type { LoginOutcome } from '../../../lib/login-gate/outcome.ts';
import { open } from '../../../lib/login-gate/transitions.ts';
import { createRounds, session, toLogIn, waitFor } from '../../rigs/acquire-rounds.ts';
import { accepted, credentialsOf, loginId, partner, possible, refused } from '../../rigs/login-gate-setup.ts';

const start = Date.UTC(2026, 0, 1);
const claimed = waitFor('claimed', start + 8_000);
const failed: LoginUse = { kind: 'failed' };
const again: LoginUse = { kind: 'again' };
const unreachable = 'PARTNER_LOGIN_BLOCKED gate-unreachable 1';
const inProgress = 'PARTNER_LOGIN_BLOCKED login-in-progress 1';
/** What five failures in a row are paused for: half of the jitter. */
const pauses = [125, 250, 500, 1_000];
const version = versionOf(credentialsOf('v0'));
const contents = { current: version, previous: undefined };
const token = {
  ...{ id: 'id-1', content: version.content, partner, versionId: 'v0' },
  ...{ issuedAt: start, mayEndAt: start, endsAt: start + 1_000, dead: true },
};
const ended = (outcome: LoginOutcome, settled: Partial<GateItem>): LoginUse => ({
  ...{ kind: 'ended', outcome },
  settled: { ...open(undefined, loginId, true), ...settled },
});

describe('a request', () => {
  test('without any time left still takes the token that is there', async () => {
    expect(await createRounds({ opened: [session] }).acquire(0)).toBe(session);
  });

  test('looks again until its time is over, and not at that moment', async () => {
    const rounds = createRounds({ decisions: [claimed] });
    expect(await rounds.acquire(350)).toBe(inProgress);
    expect(rounds.did).toEqual(['read', 'sleep 175', 'read', 'sleep 175']);
  });

  test('logs in with 5 s left, and with less it does not', async () => {
    const enough = createRounds({ opened: [undefined, session] });
    expect(await enough.acquire(5_000)).toBe(session);
    expect(enough.did).toEqual(['read', 'attempt', 'read']);
    const late = createRounds({ opened: [undefined, session] });
    expect(await late.acquire(4_999)).toBe('PARTNER_LOGIN_BLOCKED no-time-left 1');
    expect(late.did).toEqual(['read']);
  });
});

describe('a table that cannot be read', () => {
  test('is tried five times, with pauses that double, and reported', async () => {
    const rounds = createRounds({ reads: ['down'] });
    expect(await rounds.acquire(9_000)).toBe(unreachable);
    expect([rounds.readsDone(), rounds.sleeps(), rounds.reported]).toEqual([5, pauses, ['gate-unreachable']]);
  });

  test('is forgiven by one read: only failures in a row count', async () => {
    const four = ['down', 'down', 'down', 'down'] as const;
    const rounds = createRounds({ reads: [...four, 'item', ...four, 'item'], opened: ['not-yet', session] });
    expect(await rounds.acquire(9_000)).toBe(session);
    expect(rounds.sleeps()).toEqual([...pauses, 175, ...pauses]);
  });

  test('only at first is not what a request fails for that then waited in vain', async () => {
    const rounds = createRounds({ reads: ['down', 'item'], decisions: [claimed] });
    expect(await rounds.acquire(9_000)).toBe(inProgress);
    expect(rounds.reported).toEqual([]);
  });

  test('at the end is what a request fails for, though it had no time for five tries', async () => {
    const rounds = createRounds({ reads: ['down'] });
    expect(await rounds.acquire(300)).toBe(unreachable);
    expect([rounds.readsDone(), rounds.reported]).toEqual([2, ['gate-unreachable']]);
  });
});

describe('a write that the table did not take', () => {
  test.each<LoginUse['kind']>(['failed', 'claim-failed'])('is tried five times, and reported (%s)', async (kind) => {
    const rounds = createRounds({ uses: [kind === 'failed' ? failed : { kind: 'claim-failed' }] });
    expect(await rounds.acquire(20_000)).toBe(unreachable);
    expect(rounds.did.filter((what) => what === 'attempt')).toHaveLength(5);
    expect([rounds.sleeps(), rounds.reported]).toEqual([pauses, ['gate-unreachable']]);
  });

  test('but may have counted is looked for until the deadline, beyond five tries and 4.5 s', async () => {
    const rounds = createRounds({ uses: [failed], reads: ['item', 'down'] });
    expect(await rounds.acquire(20_000)).toBe(unreachable);
    expect(rounds.sleeps()).toEqual([125, 125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  test('and had not counted, as the item then says, lets the request end after 4.5 s', async () => {
    const rounds = createRounds({ uses: [failed], decisions: [toLogIn, claimed] });
    expect(await rounds.acquire(9_000)).toBe(inProgress);
    expect(rounds.sleeps().reduce((sum, ms) => sum + ms)).toBe(4_500);
  });

  test('is reported as such where the deadline comes first', async () => {
    const rounds = createRounds({ uses: [failed], mine: true });
    expect(await rounds.acquire(200)).toBe(unreachable);
    expect([rounds.did.filter((what) => what === 'use').length, rounds.reported]).toEqual([2, ['gate-unreachable']]);
  });
});

describe('before the next look', () => {
  const deadAgain = ended(accepted('t1'), { token });
  const opened = [undefined, session];

  test.each([
    ['after an attempt that others were faster with', { uses: [again] }, []],
    ['after a lease of its own that was taken back', { uses: [again], mine: true }, [175]],
    ['after a login under a lease of its own', { uses: [deadAgain], mine: true }, []],
    ['where somebody else has claimed the login', { decisions: [claimed] }, [175]],
    ["in somebody else's login", { decisions: [waitFor('login-under-way', start + 70_000)] }, [175]],
    ['in a back-off of 2 s', { decisions: [waitFor('backing-off', start + 2_000)] }, [2_050]],
  ])('%s it pauses so', async (_, script, sleeps) => {
    const rounds = createRounds({ ...script, opened: [...opened] });
    expect(await rounds.acquire(9_000)).toBe(session);
    expect(rounds.sleeps()).toEqual(sleeps);
  });

  test('it pauses while a login is being stored', async () => {
    const rounds = createRounds({ opened: ['not-yet', session] });
    expect(await rounds.acquire(9_000)).toBe(session);
    expect(rounds.did).toEqual(['read', 'sleep 175', 'read']);
  });

  test('it makes the fleet forget a token whose text never came', async () => {
    const rounds = createRounds({ opened: ['lost', session], item: { token: { ...token, dead: false } } });
    expect(await rounds.acquire(9_000)).toBe(session);
    expect([rounds.did, rounds.stage.item()?.token]).toEqual([['read', 'read'], undefined]);
  });

  test('it pauses ever longer where the table does not take that, and gives up at the fifth', async () => {
    const rounds = createRounds({ opened: ['lost'], item: { token: { ...token, dead: false } }, readOnly: true });
    expect(await rounds.acquire(9_000)).toBe(unreachable);
    expect(rounds.sleeps()).toEqual(pauses);
  });

  test('it asks EnKash at once, or pauses where somebody else was faster to ask', async () => {
    const script = { decisions: [{ kind: 'ask' } as const], item: { control: { tries: 0, at: 0 } } };
    const first = createRounds({ ...script, opened: [...opened] });
    expect(await first.acquire(9_000)).toBe(session);
    expect([first.sleeps(), first.stage.asked.length]).toEqual([[], 1]);
    const second = createRounds({ ...script, opened: [...opened], lost: true });
    expect(await second.acquire(9_000)).toBe(session);
    expect([second.sleeps(), second.stage.asked.length]).toEqual([[175], 0]);
  });
});

test('a wait beyond 4.5 s is refused at once, with its end', async () => {
  const rounds = createRounds({ decisions: [waitFor('backing-off', start + 4_501)] });
  expect(await rounds.acquire(9_000)).toBe('UPSTREAM_UNAVAILABLE token-host-unavailable 5');
  expect([rounds.sleeps(), rounds.reported]).toEqual([[], ['token-host-unavailable']]);
});

describe('a login of its own', () => {
  const roundsAfter = (use: LoginUse) => createRounds({ uses: [use], decisions: [toLogIn, claimed], contents });
  const failure = { failures: [{ pair: version.pair, count: 1 }] };
  const asking = { ...failure, control: { tries: 0, at: start } };

  test('that brought the text which a 401 just ended is what the request fails for in the end', async () => {
    expect(await roundsAfter(ended(accepted('t1'), { token })).acquire(9_000)).toBe(
      'PARTNER_LOGIN_BLOCKED token-ending 1',
    );
  });

  test.each([
    [start + 2_500, 3],
    [start + 100, 1],
    [undefined, 1],
  ])('that EnKash did not answer is what it fails for, with the rest of the wait: %#', async (waitUntil, seconds) => {
    const rounds = roundsAfter(ended(possible(), { ...asking, waitUntil }));
    const answer = await rounds.acquire(9_000);
    expect(answer).toBe(`UPSTREAM_UNAVAILABLE login-unanswered ${seconds}`);
    expect(rounds.readsDone()).toBeGreaterThan(1);
  });

  test.each([
    [refused, { ...failure, refused: [{ ...version, at: start, standing: true }] }, 'BLOCKED password-refused 30'],
    [possible(), { ...failure, waitUntil: start + 120_000 }, 'UNAVAILABLE login-unanswered 120'],
    [accepted('t1', 0), { token: { ...token, dead: false } }, 'BLOCKED token-ending 1'],
  ])('that brought nothing ends the request at once: %#', async (outcome, settled, answer) => {
    const rounds = roundsAfter(ended(outcome, settled));
    expect(await rounds.acquire(9_000)).toMatch(new RegExp(`_${answer}$`));
    expect(rounds.did).toEqual(['read', 'attempt']);
  });
});
