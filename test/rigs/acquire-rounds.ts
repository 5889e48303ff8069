import { createAcquire } from '../../lib/login-gate/acquire.ts';
import type { Decide } from '../../lib/login-gate/decide.ts';
import type { GateItem } from '../../lib/login-gate/item.ts';
import type { Logins, LoginUse } from '../../lib/login-gate/login.ts';
import { type HeldSession, type LoginGateDeps, newMemory } from '../../lib/login-gate/memory.ts';
import type { SharedTokens } from '../../lib/login-gate/shared-token.ts';
import type { Contents, Verdict } from '../../lib/login-gate/standing.ts';
import { createVersions } from '../../lib/login-gate/versions.ts';
import { createStage, credentialsOf, loginId, partner } from './login-gate-setup.ts';

export const session: HeldSession = {
  ...{ token: 't1', id: 'id-1', credentials: credentialsOf('v0') },
  ...{ expiresAt: Number.MAX_SAFE_INTEGER, accepted: undefined },
};
type Opened = Awaited<ReturnType<SharedTokens['open']>>;
type Decision = Awaited<ReturnType<Decide>>;
export const toLogIn: Decision = { kind: 'login', credentials: credentialsOf('v0') };
export function waitFor(why: 'claimed' | 'login-under-way' | 'backing-off', until: number): Verdict & { kind: 'wait' } {
  const wait = { why, until };
  return { kind: 'wait', wait, waits: [wait] };
}

/** What the parts around a request say, one after the other; the last word of each goes on. */
type Script = {
  readonly reads?: ('down' | 'item')[];
  readonly opened?: Opened[];
  readonly decisions?: Decision[];
  readonly uses?: LoginUse[];
  /** The item's lease is this process's own. */
  readonly mine?: boolean;
  readonly contents?: Contents;
  /** Others are faster with every write. */
  readonly lost?: boolean;
  /** The table takes no write. */
  readonly readOnly?: boolean;
  readonly item?: Partial<GateItem>;
};

/** The rounds of one request between scripted parts, with what it did on the way. Random is always a half. */
export function createRounds(script: Script) {
  const { reads = ['item'], opened, decisions, uses, mine, contents, lost, readOnly, item } = script;
  const stage = createStage([]);
  const { clock, table } = stage;
  const before = stage.item();
  if (!before) throw new Error('no item');
  const lease = { owner: 'p1/acme', fence: 1, since: 0, until: 0, partner, versionId: 'v0', content: '', pair: '' };
  table.put({ ...before, ...(mine && { lease }), ...item });
  const did: string[] = [];
  const reported: string[] = [];
  const next = <T>(words: T[] | undefined, otherwise: T): T =>
    (words && words.length > 1 ? words.shift() : words?.[0]) ?? otherwise;
  const deps: LoginGateDeps = {
    ...stage.deps,
    random: () => 0.5,
    store: {
      ...table,
      async read(id) {
        did.push('read');
        if (next(reads, 'item') === 'down') throw new Error('down');
        return table.read(id);
      },
      async replace(written, seen) {
        if (readOnly) throw new Error('down');
        return !lost && table.replace(written, seen);
      },
    },
    sleep(ms) {
      did.push(`sleep ${ms}`);
      return clock.sleep(ms);
    },
  };
  const use = async (what: string): Promise<LoginUse> => {
    did.push(what);
    return next(uses, { kind: 'again' });
  };
  const logins: Logins = {
    attempt: () => use('attempt'),
    use: () => use('use'),
    isToUse: () => mine ?? false,
    settleAgain: async () => {},
  };
  const versions = createVersions(deps, partner, loginId);
  const acquire = createAcquire({
    ...{ deps, partner, loginId, memory: newMemory('p1/acme'), logins },
    versions: { ...versions, known: () => contents ?? versions.known() },
    tokens: { open: async () => next(opened, undefined) },
    decide: async () => next(decisions, toLogIn),
    refuse(error) {
      reported.push(`${error.reason}`);
      return error;
    },
  });
  return {
    ...{ stage, did, reported },
    acquire: (leftMs: number) => stage.after(acquire(clock.now() + leftMs), 60_000),
    /** Its pauses, in ms. */
    sleeps: () => did.filter((what) => what.startsWith('sleep')).map((what) => Number(what.slice(6))),
    readsDone: () => did.filter((what) => what === 'read').length,
  };
}
