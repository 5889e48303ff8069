import { describe, expect, test } from 'vitest';
import type { PartnerCredentials } from '../../../lib/enkash/credentials.ts';
import type { LoginOutcome } from '../../../lib/enkash/token-request.ts';
import type { GateItem } from '../../../lib/login-gate/item.ts';
import type { LoginGateDeps } from '../../../lib/login-gate/memory.ts';
import { emptyItem, settle, takeLease } from '../../../lib/login-gate/rules.ts';
import { tryVersion } from '../../../lib/login-gate/trial.ts';
import { sandboxCredentials } from '../../local/enkash-sandbox.ts';

const pending: PartnerCredentials = { ...sandboxCredentials, versionId: 'pending' };
const accepted: LoginOutcome = { kind: 'accepted', token: 'token', statedLifeMs: 300_000 };
const start = Date.UTC(2026, 0, 1);

/** A gate whose clock only moves when somebody sleeps, and whose store forgets nothing. */
function gateWith(item: Partial<GateItem>, outcome: LoginOutcome = accepted) {
  let stored: GateItem = { ...emptyItem('acme'), rev: 1, ...item };
  let now = start;
  const sent: { readonly versionId: string; readonly stored: GateItem }[] = [];
  let losing = 0;
  let unreachable = false;
  const unused = () => Promise.reject(new Error('not asked for'));
  const deps: LoginGateDeps = {
    store: {
      read: async () => (unreachable ? unused() : stored),
      replace: async (next, seen) => {
        if (stored.rev !== seen) return false;
        stored = next;
        if (losing === 0) return true;
        losing -= 1;
        return false;
      },
    },
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

const token = { id: 't', versionId: 'old', sealed: '', issuedAt: start, dead: false };
const alive = { ...token, usableUntil: start + 300_000, endsAt: start + 300_000 };

describe('tryVersion', () => {
  test('counts before it sends, proves the version, and leaves its token to the fleet', async () => {
    const gate = gateWith({ proven: ['old'], token: alive });
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.sent).toHaveLength(1);
    expect(gate.sent[0]?.stored).toMatchObject({ failures: 1, lease: { owner: 'operator', versionId: 'pending' } });
    expect(gate.stored()).toMatchObject({ failures: 0, proven: ['pending', 'old'], token: { versionId: 'pending' } });
    expect(gate.stored().lease).toBeUndefined();
  });

  test('leaves one possible failure after a refusal, and the fleet its own version', async () => {
    const gate = gateWith({ proven: ['old'], token: alive }, { kind: 'refused' });
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'failed', failures: 1 });
    const refused = [{ versionId: 'pending', times: 1, standing: true }];
    expect(gate.stored()).toMatchObject({ failures: 1, refused, token: { versionId: 'old', dead: false } });
  });

  test('counts an answer that was lost', async () => {
    const gate = gateWith({}, { kind: 'possible', waitMs: 60_000 });
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'failed', failures: 1 });
  });

  test.each(['not-sent', 'turned-away'] as const)('takes the count back after %s', async (kind) => {
    const gate = gateWith({}, { kind });
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'token-host-unavailable' });
    expect(gate.stored()).toMatchObject({ failures: 0 });
  });

  test.each([1, 2])('sends nothing at %d possible failures, nor with the operator allowing one', async (failures) => {
    const gate = gateWith({ failures, allowOne: true });
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'failures-stand' });
    expect(gate.sent).toEqual([]);
    expect(gate.stored().rev).toBe(1);
  });

  test('sends nothing for a version that was refused, nor for one that is proven', async () => {
    const refused = gateWith({ refused: [{ versionId: 'pending', times: 1, standing: false }] });
    expect(await tryVersion(refused.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'refused-before' });
    const proven = gateWith({ proven: ['pending'] });
    expect(await tryVersion(proven.deps, 'acme', pending)).toEqual({ kind: 'already-proven' });
    expect([...refused.sent, ...proven.sent]).toEqual([]);
  });

  test('waits for the login of somebody else and for the spacing after it', async () => {
    const other = takeLease(emptyItem('acme'), 'fleet', 'old', start);
    const gate = gateWith(other);
    const at = { sent: start, replied: start + 100 };
    gate.whenSleeping((item) => (item.lease?.owner === 'fleet' ? settle(item, item.lease, accepted, at, alive) : item));
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.deps.now()).toBeGreaterThanOrEqual(start + 10_000);
  });

  test('gives up after 15 s when the other login never ends, and when the token host is backing off', async () => {
    const busy = gateWith(takeLease(emptyItem('acme'), 'fleet', 'old', start));
    expect(await tryVersion(busy.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'gate-busy' });
    const down = gateWith({ backOff: { ms: 60_000, until: start + 60_000 } });
    expect(await tryVersion(down.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'token-host-unavailable' });
    expect([...busy.sent, ...down.sent]).toEqual([]);
  });

  test('sends one login when the reply to its own lease was lost', async () => {
    const gate = gateWith({});
    gate.loseReplies(1);
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'accepted' });
    expect(gate.sent).toHaveLength(1);
  });

  test('sends nothing while the table cannot be read', async () => {
    const gate = gateWith({});
    gate.goDown();
    expect(await tryVersion(gate.deps, 'acme', pending)).toEqual({ kind: 'not-tried', why: 'gate-unreachable' });
    expect(gate.sent).toEqual([]);
  });
});
