import { describe, expect, test } from 'vitest';
import type { PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import { versionOf } from '../../../lib/login-gate/content.ts';
import { createDecide } from '../../../lib/login-gate/decide.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import { newMemory } from '../../../lib/login-gate/memory.ts';
import { claim, count, open } from '../../../lib/login-gate/transitions.ts';
import { createVersions } from '../../../lib/login-gate/versions.ts';
import { createStage, credentialsOf, loginId, partner } from '../../rigs/login-gate-setup.ts';

const me = `p1/${partner}`;
const opened: GateItem = { ...open(undefined, loginId, true), rev: 1 };
const refusalOf = (credentials: PartnerCredentials) => {
  const { content, pair, versionId } = versionOf(credentials);
  return { content, pair, versionId, at: 0, standing: true };
};

/** What one process decides; `ages` are how old a secret each of its reads would have taken. */
function decider(saved: PartnerCredentials[] = [credentialsOf('v0')]) {
  const { deps, clock } = createStage([]);
  const ages: number[] = [];
  const reading: typeof deps = {
    ...deps,
    credentials: {
      ...deps.credentials,
      async fresh(_, maxAgeMs) {
        ages.push(maxAgeMs);
        const [next = credentialsOf('v0'), ...later] = saved;
        if (later.length > 0) saved.splice(0, 1);
        return next;
      },
      previous: async () => undefined,
    },
  };
  const decide = createDecide(reading, createVersions(reading, partner, loginId), newMemory(me));
  return { decide, ages, now: clock.now() };
}

describe('while somebody else', () => {
  test('has claimed the login, the others wait and read no secret', async () => {
    const { decide, ages, now } = decider();
    expect(await decide(claim(opened, 'p2/acme', now))).toMatchObject({ kind: 'wait', wait: { why: 'claimed' } });
    expect(ages).toEqual([]);
  });

  test('logs in, the others wait and read no secret', async () => {
    const { decide, ages, now } = decider();
    const leased = count(claim(opened, 'p2', now), 'p2', partner, versionOf(credentialsOf('v0')), now);
    expect(await decide(leased)).toMatchObject({ kind: 'wait', wait: { why: 'login-under-way' } });
    expect(ages).toEqual([]);
  });
});

test('a claim of its own does not hold a process up', async () => {
  const { decide, now } = decider();
  expect(await decide(claim(opened, me, now))).toMatchObject({ kind: 'login', credentials: { versionId: 'v0' } });
});

test('a gate that was never opened is closed without a look at the secret', async () => {
  const { decide, ages } = decider();
  expect(await decide(undefined)).toEqual({ kind: 'closed', reason: 'never-opened' });
  expect(ages).toEqual([]);
});

test('a closed gate is content with a secret read in the last 30 s, and reads it once', async () => {
  const { decide, ages } = decider();
  const refused = { ...opened, refused: [refusalOf(credentialsOf('v0'))] };
  expect(await decide(refused)).toEqual({ kind: 'closed', reason: 'password-refused' });
  expect(ages).toEqual([30_000]);
});

test('a login is decided by a secret read in the last 5 s', async () => {
  const { decide, ages } = decider([credentialsOf('v0'), credentialsOf('v1')]);
  expect(await decide(opened)).toMatchObject({ kind: 'login', credentials: { versionId: 'v1' } });
  expect(ages).toEqual([30_000, 5_000]);
});

test('a secret saved within those 30 s that EnKash refused before is not sent', async () => {
  const { decide } = decider([credentialsOf('v0'), credentialsOf('v1')]);
  const refused = { ...opened, refused: [refusalOf(credentialsOf('v1'))] };
  expect(await decide(refused)).toEqual({ kind: 'closed', reason: 'password-refused' });
});
