import { versionOf } from '../../lib/login-gate/content.ts';
import type { GateItem, Lease } from '../../lib/login-gate/item.ts';
import { createLogins } from '../../lib/login-gate/login.ts';
import { type LoginGateDeps, newMemory } from '../../lib/login-gate/memory.ts';
import type { LoginOutcome } from '../../lib/login-gate/outcome.ts';
import { claim, count } from '../../lib/login-gate/transitions.ts';
import { accepted, createStage, credentialsOf, loginId, partner } from './login-gate-setup.ts';

/** Owner of what the process claims. */
export const me = `p1/${partner}`;
export const chosen = credentialsOf('v0');

type Script = {
  /** What happens to its writes, one after the other; the rest arrive. */
  readonly writes?: ('won' | 'lost' | 'failed')[];
  /** How long each call of the table takes. */
  readonly tookMs?: number;
  readonly outcome?: LoginOutcome;
  readonly credentials?: Partial<LoginGateDeps['credentials']>;
};

/** The logins of one process at an open gate, under a virtual clock: no waiting, no rounds. */
export function createLoginProcess({
  writes = [],
  tookMs = 0,
  outcome = accepted('t1', 300_000),
  credentials,
}: Script = {}) {
  const stage = createStage([outcome]);
  const { clock, table } = stage;
  const memory = newMemory(me);
  const counts = { writes: 0, tokenRows: 0 };
  /** The logins sent: by when, and after how many writes of the item. */
  const sent: { readonly by: number; readonly writes: number; readonly versionId: string }[] = [];
  const deps: LoginGateDeps = {
    ...stage.deps,
    credentials: { ...stage.deps.credentials, ...credentials },
    store: {
      ...table,
      async read(id) {
        await clock.sleep(tookMs);
        return table.read(id);
      },
      async replace(next, seen) {
        counts.writes += 1;
        await clock.sleep(tookMs);
        const script = writes.shift() ?? 'won';
        if (script === 'failed') throw new Error('down');
        return script === 'won' && table.replace(next, seen);
      },
      async writeToken(row) {
        counts.tokenRows += 1;
        return table.writeToken(row);
      },
    },
    login(login, by) {
      sent.push({ by, writes: counts.writes, versionId: login.versionId });
      return stage.deps.login(login, by);
    },
  };
  const logins = createLogins(deps, partner, loginId, memory);

  const item = (): GateItem => {
    const found = stage.item();
    if (!found) throw new Error('no item');
    return found;
  };
  const put = (change: Partial<GateItem>): void => table.put({ ...item(), ...change, rev: item().rev + 1 });

  return {
    ...{ stage, deps, memory, logins, counts, sent, item, put },
    /** Puts a lease of `owner` into the item, given `ageMs` ago. */
    lease(ageMs = 0, owner = me): Lease {
      const since = clock.now() - ageMs;
      const leased = count(claim(item(), owner, since), owner, partner, versionOf(chosen), since);
      put(leased);
      if (!leased.lease) throw new Error('no lease');
      return leased.lease;
    },
    attempt: (leftMs = 20_000) => stage.after(logins.attempt(item(), chosen, clock.now() + leftMs), 30_000),
    /** Sends under a lease with `chosen`, or with the version that the lease names. */
    use: (lease: Lease, { named = false, leftMs = 20_000 } = {}) =>
      stage.after(logins.use(item(), lease, clock.now() + leftMs, named ? undefined : chosen), 30_000),
  };
}
