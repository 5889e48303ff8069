import type { CredentialSource, PartnerCredentials } from '../../lib/enkash/credentials.ts';
import { CredentialsError } from '../../lib/errors.ts';
import { loginIdOf } from '../../lib/login-gate/content.ts';
import { createLoginGate } from '../../lib/login-gate/gate.ts';
import type { LoginGateStore } from '../../lib/login-gate/item.ts';
import type { GateEvent, LoginGateDeps } from '../../lib/login-gate/memory.ts';
import type { ControlAnswer, LoginOutcome } from '../../lib/login-gate/outcome.ts';
import { allowOne } from '../../lib/login-gate/permission.ts';
import { statusOf } from '../../lib/login-gate/status.ts';
import { open } from '../../lib/login-gate/transitions.ts';
import { type Clock, createClock, createRandom } from './gate-clock.ts';
import { createMemoryStore } from './gate-store.ts';

export const partner = 'acme';
export const tokenUrl = 'https://token.example/oauth/token';
/** The account that tokens are accepted for. */
export const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

export function credentialsOf(versionId: string, createdAt?: number): PartnerCredentials {
  const shared = {
    partnerId: 'P1',
    basicId: 'basic',
    basicSecret: 'basic-secret',
    username: 'user',
    clientId: 'client',
  };
  return { ...shared, password: `password-${versionId}`, encryption: 'off', versionId, createdAt };
}

export const loginId = loginIdOf(tokenUrl, credentialsOf('v0'));
export const accepted = (token: string, statedLifeMs?: number): LoginOutcome => ({
  kind: 'accepted',
  token,
  statedLifeMs,
  evidence: '200 json',
});
export const refused = { kind: 'refused', evidence: '401 json' } as const;
export const notSent = { kind: 'not-sent', evidence: 'connect' } as const;
export const turnedAway = { kind: 'turned-away', evidence: '403 text' } as const;
export const possible = (silent = false, retryAfterSeconds?: number): LoginOutcome => ({
  kind: 'possible',
  evidence: silent ? 'timeout' : '502 html',
  silent,
  unfinished: silent,
  retryAfterSeconds,
});
export const application: ControlAnswer = { kind: 'application', evidence: '401 json', retryAfterSeconds: undefined };
export const trouble: ControlAnswer = { kind: 'trouble', evidence: '502 html', retryAfterSeconds: undefined };

/** Gates around one table and one scripted EnKash, under a virtual clock. */
export function createStage(outcomes: (LoginOutcome | ((versionId: string) => LoginOutcome))[], isOpen = true) {
  const clock: Clock = createClock();
  const table = createMemoryStore();
  if (isOpen) table.put({ ...open(undefined, loginId, true), rev: 1 });
  const secrets = { versions: [credentialsOf('v0')], down: false };
  /** `ms`: how long each of its answers takes. */
  const store = { down: false, readOnly: false, reads: 0, ms: 5 };
  const logins: { readonly at: number; readonly versionId: string }[] = [];
  const events: GateEvent[] = [];
  let loginMs = 300;
  let gates = 0;

  const find = async (pick: () => PartnerCredentials | undefined): Promise<PartnerCredentials | undefined> => {
    if (secrets.down) throw new CredentialsError('unreachable');
    return pick();
  };
  const current = async (): Promise<PartnerCredentials> => {
    const found = await find(() => secrets.versions.at(-1));
    if (!found) throw new CredentialsError('not-filled');
    return found;
  };
  const credentials: CredentialSource = {
    current,
    fresh: current,
    previous: () => find(() => secrets.versions.at(-2)),
    version: (_, versionId) => find(() => secrets.versions.find((known) => known.versionId === versionId)),
  };
  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    store.reads += 1;
    await clock.sleep(store.ms);
    if (store.down) throw new Error('down');
    return read();
  };
  const writing = async <T>(write: () => Promise<T>): Promise<T> => {
    await clock.sleep(store.ms);
    if (store.down || store.readOnly) throw new Error('down');
    return write();
  };
  const guarded: LoginGateStore = {
    read: (id) => reading(() => table.read(id)),
    replace: (item, seen) => writing(() => table.replace(item, seen)),
    readToken: (id) => reading(() => table.readToken(id)),
    writeToken: (row) => writing(() => table.writeToken(row)),
    readPointer: (name) => reading(() => table.readPointer(name)),
    writePointer: (pointer) => writing(() => table.writePointer(pointer)),
  };
  /** Answers to control requests; the last one goes on. */
  const controls: ControlAnswer[] = [application];
  const asked: number[] = [];

  async function login({ versionId }: PartnerCredentials): Promise<LoginOutcome> {
    logins.push({ at: clock.now(), versionId });
    const outcome = outcomes.shift();
    await clock.sleep(loginMs);
    if (!outcome) throw new Error('an unexpected login');
    return typeof outcome === 'function' ? outcome(versionId) : outcome;
  }

  async function control(): Promise<ControlAnswer> {
    asked.push(clock.now());
    await clock.sleep(100);
    return (controls.length > 1 ? controls.shift() : controls[0]) ?? application;
  }

  function depsOf(owner: string, seed: number): LoginGateDeps {
    return {
      store: guarded,
      credentials,
      tokenUrl,
      login,
      control,
      now: clock.now,
      sleep: clock.sleep,
      random: createRandom(seed),
      newId: () => owner,
      report: (event) => events.push(event),
    };
  }

  return {
    clock,
    table,
    secrets,
    store,
    logins,
    events,
    controls,
    /** When EnKash was asked without a password. */
    asked,
    item: () => table.peek(loginId),
    deps: depsOf('operator', 99),
    slowLogins(ms: number) {
      loginMs = ms;
    },
    gate(overrides: Partial<LoginGateDeps> = {}) {
      gates += 1;
      return createLoginGate({ ...depsOf(`p${gates}`, gates), ...overrides });
    },
    /** What a call comes to: its value, or its error as `CODE reason retryAfter`. */
    async after<T>(call: Promise<T>, ms = 12_000): Promise<T | string> {
      const settled = call.catch((error) => `${error.code} ${error.reason} ${error.retryAfterSeconds}`);
      await clock.runUntil(clock.now() + ms);
      return Promise.race([settled, 'still under way']);
    },
  };
}

/** The operator's permission at a stage, for what is there now; whoever says so has asked EnKash. */
export async function permit(stage: Stage, { sameSecret = true, unlockedByEnkash = true } = {}) {
  const deps = { ...stage.deps, store: stage.table };
  const status = await statusOf(deps, partner);
  const { rev, count, contents, loginId: id } = status;
  const shown = { loginId: id, rev, count, versionId: contents.current?.versionId ?? '' };
  return allowOne(deps, status, { shown, sameSecret, unlockedByEnkash });
}

export type Stage = ReturnType<typeof createStage>;
