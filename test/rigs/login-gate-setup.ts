import type { CredentialSource, PartnerCredentials } from '../../lib/enkash/credentials.ts';
import type { LoginOutcome } from '../../lib/enkash/token-request.ts';
import { CredentialsError } from '../../lib/errors.ts';
import { createLoginGate } from '../../lib/login-gate/gate.ts';
import type { LoginGateStore } from '../../lib/login-gate/item.ts';
import type { GateEvent } from '../../lib/login-gate/memory.ts';
import { allowOne } from '../../lib/login-gate/operator.ts';
import { type Clock, createClock, createRandom } from './gate-clock.ts';
import { createMemoryStore } from './gate-store.ts';

export const partner = 'acme';

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

export const accepted = (token: string, statedLifeMs?: number): LoginOutcome => ({
  kind: 'accepted',
  token,
  statedLifeMs,
});

/** Gates around one table and one scripted EnKash, under a virtual clock. */
export function createStage(outcomes: (LoginOutcome | ((versionId: string) => LoginOutcome))[]) {
  const clock: Clock = createClock();
  const table = createMemoryStore();
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
  const guarded: LoginGateStore = {
    async read(name) {
      store.reads += 1;
      await clock.sleep(store.ms);
      if (store.down) throw new Error('down');
      return table.read(name);
    },
    async replace(item, seen) {
      await clock.sleep(store.ms);
      if (store.down || store.readOnly) throw new Error('down');
      return table.replace(item, seen);
    },
  };

  async function login({ versionId }: PartnerCredentials): Promise<LoginOutcome> {
    logins.push({ at: clock.now(), versionId });
    const outcome = outcomes.shift();
    await clock.sleep(loginMs);
    if (!outcome) throw new Error('an unexpected login');
    return typeof outcome === 'function' ? outcome(versionId) : outcome;
  }

  return {
    clock,
    table,
    secrets,
    store,
    logins,
    events,
    item: () => table.peek(partner),
    slowLogins(ms: number) {
      loginMs = ms;
    },
    gate(overrides: Partial<Parameters<typeof createLoginGate>[0]> = {}) {
      gates += 1;
      const owner = `p${gates}`;
      return createLoginGate({
        store: guarded,
        credentials,
        login,
        now: clock.now,
        sleep: clock.sleep,
        random: createRandom(gates),
        newId: () => owner,
        report: (event) => events.push(event),
        ...overrides,
      });
    },
    /** What a call comes to: its value, or its error as `CODE reason retryAfter`. */
    async after<T>(call: Promise<T>, ms = 12_000): Promise<T | string> {
      const settled = call.catch((error) => `${error.code} ${error.reason} ${error.retryAfterSeconds}`);
      await clock.runUntil(clock.now() + ms);
      return Promise.race([settled, 'still under way']);
    },
  };
}

/** The operator's permission at a stage, with the secret's versions as they are now. */
export function permit({ table, secrets, clock }: Stage, sameSecret = false) {
  const [previous, current] = [secrets.versions.at(-2), secrets.versions.at(-1)];
  if (!current) throw new Error('no secret');
  return allowOne(table, { partner, current, previousId: previous?.versionId, sameSecret }, clock.now());
}

export type Stage = ReturnType<typeof createStage>;
