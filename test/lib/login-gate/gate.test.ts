import { describe, expect, test } from 'vitest';
import { accepted, createStage, credentialsOf, partner, permit } from '../../rigs/login-gate-setup.ts';

const refused = { kind: 'refused' } as const;
const unknown = { kind: 'possible', waitMs: 60_000 } as const;

describe('a token', () => {
  test('comes from memory without any call while it lives', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const deadline = stage.clock.now() + 9_000;
    const session = await stage.after(gate.get(partner, deadline));
    expect(session).toMatchObject({ token: 't1', credentials: { versionId: 'v0' } });
    const { reads } = stage.store;
    stage.store.down = true;
    stage.secrets.down = true;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe(session);
    expect(stage.store.reads).toBe(reads);
  });

  test('is shared: another process opens the sealed one and logs in nobody', async () => {
    const stage = createStage([accepted('t1')]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
    expect(stage.logins).toHaveLength(1);
    expect(JSON.stringify(stage.item())).not.toContain('t1"');
  });

  test('is taken into memory at start without a login, and without an error when nothing can be reached', async () => {
    const stage = createStage([accepted('t1')]);
    const cold = stage.gate();
    expect(await stage.after(cold.preload(partner))).toBeUndefined();
    expect(stage.logins).toEqual([]);
    stage.store.down = true;
    expect(await stage.after(cold.preload(partner))).toBeUndefined();
    stage.store.down = false;
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    await stage.after(cold.preload(partner));
    stage.store.down = true;
    expect(await stage.after(cold.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
  });

  test('lives 300 s at most, counted from before the login was sent', async () => {
    const stage = createStage([accepted('t1', 86_399_000)]);
    const sentAt = stage.clock.now() + 10;
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatchObject({
      expiresAt: sentAt + 300_000,
    });
  });

  test('given again with 2 s left is used until it ends, and the next login comes 10 s after the last', async () => {
    const stage = createStage([accepted('same', 2_000), accepted('next')]);
    const gate = stage.gate();
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 900)).toMatchObject({ token: 'same' });
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 10)).toMatchObject({ token: 'same' });
    await stage.clock.runUntil(stage.clock.now() + 3_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 500)).toMatch(
      /PARTNER_LOGIN_BLOCKED login-spacing/,
    );
    await stage.clock.runUntil(stage.clock.now() + 8_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 'next' });
    const [first, second] = stage.logins;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  test('that this process cannot open is waited for, not replaced by a login', async () => {
    const stage = createStage([accepted('t1')]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions = [credentialsOf('v1')];
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toMatch(/token-unreadable/);
    expect(stage.logins).toHaveLength(1);
  });
});

describe('a refused login', () => {
  test('is the only one for a wrong password: 60 requests at once, 20 after', async () => {
    const stage = createStage([refused]);
    const gates = Array.from({ length: 30 }, () => stage.gate());
    const burst = gates.flatMap((gate) => [1, 2].map(() => gate.get(partner, stage.clock.now() + 9_000)));
    const answers = await stage.after(Promise.all(burst.map((call) => call.catch((error) => error.code))));
    expect(new Set(answers)).toEqual(new Set(['PARTNER_LOGIN_BLOCKED']));
    for (let round = 0; round < 20; round += 1) {
      const gate = gates[round] ?? stage.gate();
      expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 4_500)).toMatch(
        /^PARTNER_LOGIN_BLOCKED password-refused \d+$/,
      );
    }
    expect(stage.logins).toHaveLength(1);
  });

  test('is followed by one login with a new secret version, and service resumes in the same process', async () => {
    const stage = createStage([refused, accepted('t1')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions.push(credentialsOf('v1'));
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
    // Four writes, each a revision: two leases, two outcomes.
    expect(stage.item()).toMatchObject({ failures: 0, proven: ['v1'], rev: 4 });
  });

  test('twice closes the gate to new versions; allow-one permits one more, and only one', async () => {
    const stage = createStage([refused, refused, refused]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await ask();
    for (const version of ['v1', 'v2', 'v3']) {
      stage.secrets.versions.push(credentialsOf(version));
      expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED locked-out-risk 60');
    }
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1']);
    expect(await permit(stage, true)).toBe('allowed');
    expect(await permit(stage, true)).toBe('already-allowed');
    await ask();
    await ask();
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1', 'v3']);
  });

  test('leaves no permission behind for a third one: allow-one at one failure, then another guess', async () => {
    const stage = createStage([refused, refused]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await ask();
    expect(await permit(stage)).toBe('refused-before');
    expect(await permit(stage, true)).toBe('allowed');
    stage.secrets.versions.push(credentialsOf('v1'));
    expect(await permit(stage, true)).toBe('already-allowed');
    for (let minute = 0; minute < 10; minute += 1) {
      expect(await ask()).toMatch(/locked-out-risk/);
      await stage.clock.runUntil(stage.clock.now() + 60_000);
    }
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1']);
    expect(stage.item()).toMatchObject({ failures: 2, allowOne: false });
  });

  test('of an unproven current version falls back to the proven previous one', async () => {
    const stage = createStage([accepted('t1'), refused, accepted('t2')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    stage.secrets.versions.push(credentialsOf('v1'));
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/password-refused 10/);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v1', 'v0']);
  });

  test('is not risked while a new version is two minutes young and the proven one still works', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate();
    await stage.after(gate.get(partner, stage.clock.now() + 9_000));
    await stage.clock.runUntil(stage.clock.now() + 301_000);
    stage.secrets.versions.push(credentialsOf('v1', stage.clock.now()));
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins.map(({ versionId }) => versionId)).toEqual(['v0', 'v0']);
  });
});

describe('a login without an answer', () => {
  test('counts, and after two in a row nobody logs in but by allow-one', async () => {
    const stage = createStage([unknown, unknown, accepted('t1')]);
    const gate = stage.gate();
    const ask = () => stage.after(gate.get(partner, stage.clock.now() + 9_000));
    expect(await ask()).toBe('UPSTREAM_UNAVAILABLE login-unanswered 60');
    await stage.clock.runUntil(stage.clock.now() + 60_000);
    expect(await ask()).toBe('PARTNER_LOGIN_BLOCKED locked-out-risk 60');
    await ask();
    expect(stage.logins).toHaveLength(2);
    await permit(stage, true);
    expect(await ask()).toMatchObject({ token: 't1' });
    expect(stage.item()).toMatchObject({ failures: 0, allowOne: false });
  });

  test('that throws counts as well', async () => {
    const stage = createStage([]);
    await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000));
    expect(stage.item()).toMatchObject({ failures: 1, lease: undefined });
  });
});

describe('a token host that is down or turns logins away', () => {
  test.each([{ kind: 'not-sent' } as const, { kind: 'turned-away' } as const])(
    'counts nothing, is asked less and less often up to every 20 s, and recovers ($kind)',
    async (outcome) => {
      const stage = createStage([...Array.from({ length: 9 }, () => outcome), accepted('t1')]);
      const gate = stage.gate();
      const answers: unknown[] = [];
      for (let second = 0; second < 200; second += 1) {
        answers.push(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000));
        if (stage.item()?.lease === undefined) expect(stage.item()?.failures ?? 0).toBe(0);
      }
      expect(answers[0]).toMatch(/^UPSTREAM_UNAVAILABLE token-host-unavailable \d/);
      expect(answers.at(-1)).toMatchObject({ token: 't1' });
      const gaps = stage.logins.slice(1).map(({ at }, index) => at - (stage.logins[index]?.at ?? 0));
      expect(gaps.at(-1)).toBeGreaterThan(19_000);
      expect(gaps.at(-1)).toBeLessThan(24_000);
    },
  );
});

describe('a reply that anybody could have sent', () => {
  test('waits two minutes, then one more is sent, and no third by itself', async () => {
    const page = { kind: 'possible', waitMs: 120_000 } as const;
    const stage = createStage([page, page]);
    const gate = stage.gate();
    const begun = stage.clock.now();
    const answers: unknown[] = [];
    for (let second = 0; second < 600; second += 1) {
      answers.push(await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000));
    }
    expect(answers[0]).toBe('UPSTREAM_UNAVAILABLE login-unanswered 120');
    expect(answers.at(-1)).toBe('PARTNER_LOGIN_BLOCKED locked-out-risk 60');
    expect(stage.logins).toHaveLength(2);
    expect((stage.logins[1]?.at ?? 0) - begun).toBeGreaterThanOrEqual(120_000);
  });
});

describe('a table that can be read but not written', () => {
  test.each(['AccessDenied', 'throttled'])('ends a request within a few tries, reported (%s)', async (words) => {
    const stage = createStage([]);
    let writes = 0;
    const gate = stage.gate({
      store: {
        read: async (name) => {
          stage.store.reads += 1;
          return stage.table.read(name);
        },
        replace: async () => {
          writes += 1;
          throw new Error(words);
        },
      },
    });
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe(
      'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
    );
    expect({ writes, reads: stage.store.reads, logins: stage.logins }).toEqual({ writes: 4, reads: 4, logins: [] });
    expect(stage.events).toEqual([{ kind: 'unreachable', partner }]);
  });

  test('after a login that was refused keeps its outcome, and spins in no request', async () => {
    const stage = createStage([refused]);
    const gate = stage.gate();
    const call = gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.readOnly = true;
    await stage.after(call);
    const before = stage.store.reads;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/gate-unreachable/);
    expect(stage.store.reads - before).toBeLessThan(20);
    stage.store.readOnly = false;
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatch(/password-refused/);
    expect(stage.logins).toHaveLength(1);
  });
});

describe('without its table', () => {
  test('no login is sent, and the refusal says so', async () => {
    const stage = createStage([]);
    stage.store.down = true;
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 9_000))).toBe(
      'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
    );
    expect(stage.logins).toEqual([]);
  });

  test('an accepted login still serves its own process, and is stored by its next request', async () => {
    const stage = createStage([accepted('t1', 20_000), accepted('t2')]);
    const gate = stage.gate();
    const call = gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 100);
    stage.store.down = true;
    expect(await stage.after(call, 2_000)).toMatchObject({ token: 't1' });
    stage.store.down = false;
    expect(stage.item()).toMatchObject({ failures: 1 });
    await stage.clock.runUntil(stage.clock.now() + 20_000);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.item()).toMatchObject({ failures: 0, lease: undefined, proven: ['v0'] });
  });
});

describe('with a table that hangs', () => {
  test('a 401 is answered before the deadline', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
    if (typeof session === 'string') throw new Error(session);
    Object.assign(stage.store, { down: true, ms: 2_100 });
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 6_000), 6_000)).toBe(
      'PARTNER_LOGIN_BLOCKED gate-unreachable 1',
    );
  });
});

describe('waiting for another login', () => {
  test('ends after 4.5 s with Retry-After 1 when that login brings nothing', async () => {
    const stage = createStage([unknown]);
    stage.slowLogins(20_000);
    void stage
      .gate()
      .get(partner, stage.clock.now() + 9_000)
      .catch(() => undefined);
    await stage.clock.runUntil(stage.clock.now() + 50);
    const begun = stage.clock.now();
    let tookMs = 0;
    const call = stage
      .gate()
      .get(partner, begun + 9_000)
      .finally(() => {
        tookMs = stage.clock.now() - begun;
      });
    expect(await stage.after(call)).toBe('PARTNER_LOGIN_BLOCKED login-in-progress 1');
    expect(tookMs).toBeGreaterThan(4_200);
    expect(tookMs).toBeLessThan(4_800);
  });

  test('is shared inside a process, and each caller keeps its own deadline', async () => {
    const stage = createStage([accepted('t1')]);
    const other = stage.gate();
    stage.slowLogins(3_000);
    const first = other.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 50);
    const gate = stage.gate();
    const patient = gate.get(partner, stage.clock.now() + 9_000);
    const hasty = gate.get(partner, stage.clock.now() + 1_000);
    expect(await stage.after(hasty, 1_100)).toBe('PARTNER_LOGIN_BLOCKED login-in-progress 1');
    expect(await stage.after(patient)).toMatchObject({ token: 't1' });
    expect(await first).toMatchObject({ token: 't1' });
  });

  test('is not cut short while this process has a login under way', async () => {
    const stage = createStage([accepted('t1')]);
    stage.slowLogins(3_000);
    const gate = stage.gate();
    void gate.get(partner, stage.clock.now() + 9_000);
    await stage.clock.runUntil(stage.clock.now() + 50);
    expect(await stage.after(gate.get(partner, stage.clock.now() + 500))).toMatchObject({ token: 't1' });
  });

  test('does not start a login with less than 5 s of the answer left', async () => {
    const stage = createStage([]);
    expect(await stage.after(stage.gate().get(partner, stage.clock.now() + 4_900))).toBe(
      'PARTNER_LOGIN_BLOCKED no-time-left 1',
    );
    expect(stage.item()).toBeUndefined();
  });

  test('for a caller without time does not fail another one that has it', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const hasty = gate.get(partner, stage.clock.now() + 4_000);
    const patient = gate.get(partner, stage.clock.now() + 9_000);
    expect(await stage.after(hasty, 500)).toMatch(/no-time-left/);
    expect(await stage.after(patient)).toMatchObject({ token: 't1' });
  });
});

describe('a 401 from the API', () => {
  const sessionOf = async (stage: ReturnType<typeof createStage>, gate: ReturnType<typeof stage.gate>) => {
    const session = await stage.after(gate.get(partner, stage.clock.now() + 9_000), 1_000);
    if (typeof session === 'string') throw new Error(session);
    return session;
  };

  test('kills a token that was accepted before: one login brings another', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    gate.accepted(partner, session);
    await stage.clock.runUntil(stage.clock.now() + 15_000);
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins).toHaveLength(2);
  });

  test('takes the other token of the shared item first', async () => {
    const stage = createStage([accepted('t1'), accepted('t2')]);
    const [gate, other] = [stage.gate(), stage.gate()];
    const session = await sessionOf(stage, gate);
    await sessionOf(stage, other);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000));
    expect(await stage.after(other.renew(partner, session, stage.clock.now() + 9_000))).toMatchObject({ token: 't2' });
    expect(stage.logins).toHaveLength(2);
  });

  test('for a fresh token is UPSTREAM_REFUSED, remembered by the fleet for 60 s, and reported once', async () => {
    const stage = createStage([accepted('t1')]);
    const [gate, other] = [stage.gate(), stage.gate()];
    const session = await sessionOf(stage, gate);
    const again = await sessionOf(stage, other);
    const refusal = 'UPSTREAM_REFUSED fresh-token-refused undefined';
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000), 100)).toBe(refusal);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000), 100)).toBe(refusal);
    other.accepted(partner, again);
    expect(await stage.after(other.renew(partner, again, stage.clock.now() + 9_000), 100)).toBe(refusal);
    expect(stage.logins).toHaveLength(1);
    expect(stage.events.filter(({ kind }) => kind === 'fresh-token-refused')).toHaveLength(1);
  });

  test('is forgotten by a login, even when that brings the same text again', async () => {
    const stage = createStage([accepted('same'), accepted('same')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    await stage.clock.runUntil(stage.clock.now() + 40_000);
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000))).toMatchObject({ token: 'same' });
    expect(stage.item()?.token).toMatchObject({ dead: false });
    expect(await sessionOf(stage, stage.gate())).toMatchObject({ token: 'same' });
  });

  test.each([12, 60, 200])(
    'that comes after %d s each time costs one login each time, and no refusal',
    async (seconds) => {
      const stage = createStage(Array.from({ length: 20 }, (_, index) => accepted(`t${index}`, 86_399_000)));
      const gate = stage.gate();
      let session = await sessionOf(stage, gate);
      for (let nth = 1; nth < 20; nth += 1) {
        gate.accepted(partner, session);
        await stage.clock.runUntil(stage.clock.now() + seconds * 1_000);
        const next = await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000), 1_000);
        expect(next).toMatchObject({ token: `t${nth}` });
        if (typeof next !== 'string') session = next;
      }
      expect(stage.logins).toHaveLength(20);
    },
  );

  test('while the table is down is refused without a login', async () => {
    const stage = createStage([accepted('t1')]);
    const gate = stage.gate();
    const session = await sessionOf(stage, gate);
    gate.accepted(partner, session);
    stage.store.down = true;
    expect(await stage.after(gate.renew(partner, session, stage.clock.now() + 9_000))).toMatch(/gate-unreachable/);
    expect(stage.logins).toHaveLength(1);
  });
});

test('Secrets Manager down at a login is CREDENTIALS_UNAVAILABLE, and the next request works', async () => {
  const stage = createStage([accepted('t1')]);
  const gate = stage.gate();
  stage.secrets.down = true;
  expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toBe('CREDENTIALS_UNAVAILABLE unreachable 5');
  stage.secrets.down = false;
  expect(await stage.after(gate.get(partner, stage.clock.now() + 9_000))).toMatchObject({ token: 't1' });
});

test('events name partner, version and outcome, and hold nothing else', async () => {
  const stage = createStage([refused]);
  const gate = stage.gate();
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  expect(stage.events).toEqual([
    { kind: 'login', partner, versionId: 'v0', outcome: 'refused', failures: 1 },
    { kind: 'closed', partner, reason: 'password-refused' },
    { kind: 'closed', partner, reason: 'password-refused' },
  ]);
});

test('a closed gate reads its table once a second, however many ask', async () => {
  const stage = createStage([refused]);
  const gate = stage.gate();
  await stage.after(gate.get(partner, stage.clock.now() + 9_000));
  const before = stage.store.reads;
  for (let tenth = 0; tenth < 100; tenth += 1) {
    await stage.after(gate.get(partner, stage.clock.now() + 9_000), 100);
  }
  expect(stage.store.reads - before).toBeLessThanOrEqual(11);
  expect(stage.store.reads - before).toBeGreaterThanOrEqual(9);
});
