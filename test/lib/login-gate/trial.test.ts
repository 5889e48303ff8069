import { describe, expect, test } from 'vitest';
import type { PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import { loginIdOf, versionOf } from '../../../lib/login-gate/content.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import type { LoginOutcome } from '../../../lib/login-gate/outcome.ts';
import { claim, count, open, settle } from '../../../lib/login-gate/transitions.ts';
import { tryPending } from '../../../lib/login-gate/trial.ts';
import { sandboxCredentials } from '../../local/enkash-sandbox.ts';
import { createMemoryStore } from '../../rigs/gate-store.ts';
import { accepted, notSent, possible, refused, tokenUrl, turnedAway } from '../../rigs/login-gate-setup.ts';

const pending: PartnerCredentials = { ...sandboxCredentials, versionId: 'pending' };
const loginId = loginIdOf(tokenUrl, pending);
const { content, pair } = versionOf(pending);
const old = { versionId: 'old', content: 'c-old', pair, createdAt: undefined };
const empty: GateItem = { ...open(undefined, loginId, true), rev: 1 };
const leasedBy = (owner: string, at: number) => count(claim(empty, owner, at), owner, 'acme', old, at);
const failed = (times: number) => [{ pair, count: times }];
const accept = accepted('token-of-the-pending', 300_000);
const start = Date.UTC(2026, 0, 1);

/** A gate whose clock only moves when somebody sleeps, and whose store forgets nothing. */
function gateWith(item: Partial<GateItem>, outcome: LoginOutcome = accept) {
  let stored: GateItem = { ...empty, ...item };
  let now = start;
  const sent: { readonly versionId: string; readonly stored: GateItem }[] = [];
  let losing = 0;
  let unreachable = false;
  const unused = () => Promise.reject(new Error('not asked for'));
  const deps: LoginGateDeps = {
    store: {
      ...createMemoryStore(),
      read: async () => (unreachable ? unused() : stored),
      replace: async (next, seen) => {
        if (stored.rev !== seen) return false;
        stored = next;
        if (losing === 0) return true;
        losing -= 1;
        return false;
      },
    },
    tokenUrl,
    control: undefined,
    credentials: { current: unused, fresh: unused, previous: unused, version: unused },
    login: async ({ versionId }) => {
      sent.push({ versionId, stored });
      return outcome;
    },
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    random: () => 0,
    newId: () => 'operator',
    report: () => {},
  };
  return {
    deps,
    sent,
    stored: () => stored,
    loseReplies: (count: number) => {
      losing = count;
    },
    goDown: () => {
      unreachable = true;
    },
    whenSleeping: (change: (item: GateItem) => GateItem) => {
      const { sleep } = deps;
      Object.assign(deps, {
        sleep: async (ms: number) => {
          await sleep(ms);
          stored = change(stored);
        },
      });
    },
  };
}

const token = { id: 't', content: 'c-old', partner: 'acme', versionId: 'old', issuedAt: start, dead: false };
const alive = { ...token, mayEndAt: start + 300_000, endsAt: start + 300_000 };

describe('tryPending', () => {
  test('counts before it sends, proves the version, and leaves its token to the fleet', async () => {
    const gate = gateWith({ proven: ['c-old'], token: alive });
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.sent).toHaveLength(1);
    expect(gate.sent[0]?.stored).toMatchObject({
      failures: [{ count: 1 }],
      lease: { owner: 'operator/acme', versionId: 'pending' },
    });
    expect(gate.stored()).toMatchObject({ failures: [], proven: [content, 'c-old'], token: { versionId: 'pending' } });
    expect(gate.stored().lease).toBeUndefined();
  });

  test('leaves one possible failure after a refusal, and the fleet its own version', async () => {
    const gate = gateWith({ proven: ['c-old'], token: alive }, refused);
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'failed', failures: 1 });
    const standing = [{ versionId: 'pending', content, standing: true }];
    expect(gate.stored()).toMatchObject({
      failures: [{ count: 1 }],
      refused: standing,
      token: { versionId: 'old', dead: false },
    });
  });

  test('counts an answer that was lost', async () => {
    const gate = gateWith({}, possible(true));
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'failed', failures: 1 });
  });

  test.each([notSent, turnedAway])('takes the count back after $kind', async (outcome) => {
    const gate = gateWith({}, outcome);
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'token-host-unavailable' });
    expect(gate.stored()).toMatchObject({ failures: [] });
  });

  test.each([1, 2])('sends nothing at %d possible failures, nor with the operator allowing one', async (times) => {
    const permission = { versionId: 'pending', count: times, givenAt: start, until: start + 900_000 };
    const gate = gateWith({ failures: failed(times), permission });
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'failures-stand' });
    expect(gate.sent).toEqual([]);
    expect(gate.stored().rev).toBe(1);
  });

  test('sends nothing for a version that was refused, nor for one that is proven', async () => {
    const before = gateWith({ refused: [{ versionId: 'pending', content, pair, at: start, standing: false }] });
    expect(await tryPending(before.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'refused-before' });
    const proven = gateWith({ proven: [content] });
    expect(await tryPending(proven.deps, 'acme', pending)).toEqual({ kind: 'already-proven' });
    expect([...before.sent, ...proven.sent]).toEqual([]);
  });

  test('believes no version that worked before another one did: it may be an old password', async () => {
    const old = { proven: ['the current one', content] };
    const again = gateWith(old);
    expect(await tryPending(again.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(again.sent).toHaveLength(1);
    const lost = gateWith(old, possible(true));
    expect(await tryPending(lost.deps, 'acme', pending)).toEqual({ kind: 'failed', failures: 1 });
  });

  test('waits for the login of somebody else and for the spacing after it', async () => {
    const gate = gateWith({ ...leasedBy('fleet', start), rev: 1 });
    const at = { sent: start, replied: start + 100 };
    gate.whenSleeping((item) =>
      item.lease?.owner === 'fleet' ? settle(item, item.lease, accept, at, alive, 'fixed') : item,
    );
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.deps.now()).toBeGreaterThanOrEqual(start + 10_000);
  });

  test('gives up after 15 s when the other login never ends, and when the token host is backing off', async () => {
    const busy = gateWith({ ...leasedBy('fleet', start), rev: 1 });
    expect(await tryPending(busy.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'gate-busy' });
    const down = gateWith({ backOff: { ms: 60_000, until: start + 60_000 } });
    expect(await tryPending(down.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'token-host-unavailable' });
    expect([...busy.sent, ...down.sent]).toEqual([]);
  });

  test('sends one login when the reply to its own lease was lost', async () => {
    const gate = gateWith({});
    gate.loseReplies(1);
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.sent).toHaveLength(1);
  });

  test('sends nothing for a login that was never opened', async () => {
    const gate = gateWith({ opened: false });
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'never-opened' });
    expect(gate.sent).toEqual([]);
  });

  test('sends nothing while the table cannot be read', async () => {
    const gate = gateWith({});
    gate.goDown();
    expect(await tryPending(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'gate-unreachable' });
    expect(gate.sent).toEqual([]);
  });
});
