import { createCredentialSource, type FetchSecret } from '../../lib/enkash/credentials.ts';
import type { Session } from '../../lib/enkash/session.ts';
import { type AppError, CredentialsError } from '../../lib/errors.ts';
import type { createLoginGate } from '../../lib/login-gate/gate.ts';
import type { LoginGateStore } from '../../lib/login-gate/item.ts';
import type { LoginGateDeps } from '../../lib/login-gate/memory.ts';
import { type Clock, createClock, createRandom } from '../rigs/gate-clock.ts';
import { calmStore, createMemoryStore, createStoreClient, type StoreFaults } from '../rigs/gate-store.ts';
import { calmLogin, createFakeEnkash, type EnkashSettings, type FakeEnkash, type LoginFaults } from './gate-enkash.ts';

export const PARTNER = 'acme';
/** From API Gateway's 29 s the project keeps 9 for an answer; Lambda ends a call after 15. */
const ANSWER_MS = 9_000;
const LAMBDA_MS = 15_000;
const CALL_MS: readonly [number, number] = [40, 120];

export type GateFactory = (
  deps: LoginGateDeps,
) => Pick<ReturnType<typeof createLoginGate>, 'get' | 'accepted' | 'renew'> &
  Partial<Pick<ReturnType<typeof createLoginGate>, 'preload'>>;

/** The world that a fleet lives in. Everything happens at virtual times, in ms from the start. */
export type World = {
  readonly ms: number;
  readonly workers: number;
  /** Mean pause of a worker between two invocations. */
  readonly gapMs: number;
  /** Requests of one invocation, all at once. */
  readonly batch: number;
  /** Invocations of each worker; as many as the time allows when absent. */
  readonly invocations?: number;
  /** Faults are on from..until. */
  readonly trouble: readonly [number, number];
  readonly enkash: EnkashSettings;
  readonly secret: string;
  readonly login: Partial<LoginFaults>;
  readonly store: Partial<StoreFaults>;
  readonly storeDown: boolean;
  readonly secretsDown: boolean;
  /** Chance that a process dies, or stops for up to 150 s, when an answer of the table or of a login reaches it. */
  readonly crash: number;
  readonly freeze: number;
  readonly skewMs: number;
  /** Chance that an API call is answered 401 for a reason that is not the token. */
  readonly strange401: number;
  readonly script: readonly { readonly atMs: number; readonly act: (controls: Controls) => void | Promise<void> }[];
};

export type Controls = {
  readonly enkash: FakeEnkash;
  readonly table: LoginGateStore;
  readonly now: () => number;
  saveSecret(password: string): void;
  /** The version id of AWSCURRENT. */
  readonly currentId: () => string;
};

export type Answer = { readonly at: number; readonly outcome: string; readonly tookMs: number };
export type Violation = { readonly atMs: number; readonly rule: string };
export type Run = {
  readonly violations: Violation[];
  readonly answers: Answer[];
  readonly stats: FakeEnkash['stats'];
  readonly apiCalls: number;
  /** What happened at EnKash and in the gates, in words; equal for equal seeds. */
  readonly trace: string[];
};

type Process = {
  readonly owner: string;
  readonly gate: ReturnType<GateFactory>;
  readonly now: () => number;
  readonly crashed: Promise<void>;
  alive: boolean;
  awake: boolean;
  frozenUntil: number;
  loginsUnderWay: number;
};

export async function runFleet(
  world: World,
  seed: number,
  createGate: GateFactory,
  openTable: (clock: Clock) => LoginGateStore = createMemoryStore,
): Promise<Run> {
  const clock = createClock();
  const table = openTable(clock);
  const random = createRandom(seed);
  const start = clock.now();
  const run = { violations: [] as Violation[], answers: [] as Answer[], apiCalls: 0, trace: [] as string[] };
  const inTrouble = () => clock.now() - start >= world.trouble[0] && clock.now() - start < world.trouble[1];
  const note = (text: string) => run.trace.push(`${((clock.now() - start) / 1000).toFixed(3)} ${text}`);
  const violate = (rule: string): void => {
    // A broken gate breaks its rules a hundred thousand times over.
    if (run.violations.length >= 1_000) return;
    run.violations.push({ atMs: clock.now() - start, rule });
    note(`VIOLATION ${rule}`);
  };

  // The last item that any process wrote, as the table has it.
  const mirror = createMemoryStore();
  const mirrored: LoginGateStore = {
    read: (partner) => table.read(partner),
    async replace(item, seen) {
      const won = await table.replace(item, seen);
      if (won) await mirror.replace(item, seen);
      return won;
    },
  };
  const loginFaults = (): LoginFaults => ({ ...calmLogin, ...(inTrouble() ? world.login : {}) });
  const storeFaults = (): StoreFaults | 'down' => {
    if (!inTrouble()) return calmStore;
    return world.storeDown ? 'down' : { ...calmStore, ...world.store };
  };
  const enkash = createFakeEnkash(clock, random, world.enkash, loginFaults, () => mirror.peek(PARTNER), violate);

  const secrets = [{ text: secretText(world.secret), createdAt: start - 86_400_000 }];
  const fetchSecret: FetchSecret = async (_, selector) => {
    await clock.sleep(random.between(5, 20));
    if (world.secretsDown && inTrouble()) throw new CredentialsError('unreachable');
    const index =
      'versionId' in selector
        ? Number(selector.versionId.slice(1))
        : secrets.length - (selector.stage === 'AWSCURRENT' ? 1 : 2);
    const found = secrets[index];
    return found && { ...found, versionId: `v${index}` };
  };

  let processes = 0;
  function startProcess(): Process {
    processes += 1;
    const owner = `p${processes}`;
    const skew = random.between(-world.skewMs, world.skewMs);
    const now = () => clock.now() + skew;
    let markCrashed = (): void => undefined;
    const crashed = new Promise<void>((resolve) => {
      markCrashed = resolve;
    });

    const deliver = (dangerous: boolean, go: () => void): void => {
      if (!process.alive) return;
      if (dangerous && inTrouble() && clock.now() >= process.frozenUntil) {
        if (random.chance(world.crash)) {
          note(`${owner} crashes`);
          process.alive = false;
          markCrashed();
          return;
        }
        if (random.chance(world.freeze)) {
          process.frozenUntil = clock.now() + random.between(500, 150_000);
          note(`${owner} freezes until ${((process.frozenUntil - start) / 1000).toFixed(3)}`);
        }
      }
      if (process.frozenUntil > clock.now()) clock.after(process.frozenUntil - clock.now(), () => deliver(false, go));
      else go();
    };
    /** An answer reaches the process only while that lives and runs. */
    const through = <T>(work: Promise<T>, dangerous: boolean): Promise<T> =>
      new Promise((resolve, reject) => {
        work.then(
          (value) => deliver(dangerous, () => resolve(value)),
          (error: unknown) => deliver(dangerous, () => reject(error)),
        );
      });

    const store = createStoreClient(clock, random, mirrored, storeFaults);
    const deps: LoginGateDeps = {
      store: {
        read: (partner) => through(store.read(partner), false),
        replace: (item, seen) => through(store.replace(item, seen), true),
      },
      credentials: createCredentialSource({
        fetchSecret: (id, selector) => through(fetchSecret(id, selector), false),
        secretIds: { [PARTNER]: 'secret' },
        now,
      }),
      async login({ versionId, password }) {
        process.loginsUnderWay += 1;
        const awake = process.awake && process.frozenUntil <= clock.now();
        const outcome = await through(enkash.login({ owner, versionId, password, awake }), true);
        process.loginsUnderWay -= 1;
        return outcome;
      },
      now,
      sleep: (ms) => through(clock.sleep(ms), false),
      random,
      newId: () => owner,
      report: (event) => note(`${owner} ${Object.values(event).join(' ')}`),
    };
    const process: Process = {
      owner,
      gate: createGate(deps),
      now,
      crashed,
      alive: true,
      awake: true,
      frozenUntil: 0,
      loginsUnderWay: 0,
    };
    return process;
  }

  async function call(session: Session): Promise<boolean> {
    run.apiCalls += 1;
    await clock.sleep(random.between(...CALL_MS));
    return enkash.accepts(session.token) && !(inTrouble() && random.chance(world.strange401));
  }

  async function request({ gate, now }: Process): Promise<string> {
    const deadline = now() + ANSWER_MS;
    try {
      const session = await gate.get(PARTNER, deadline);
      if (await call(session)) {
        gate.accepted(PARTNER, session);
        return 'ok';
      }
      const other = await gate.renew(PARTNER, session, deadline);
      if (await call(other)) {
        gate.accepted(PARTNER, other);
        return 'ok';
      }
      await gate.renew(PARTNER, other, deadline);
      return 'UPSTREAM_REFUSED token-refused';
    } catch (error) {
      const { code, reason } = error as AppError;
      if (code === undefined) throw error;
      return `${code} ${reason}`;
    }
  }

  async function worker(): Promise<void> {
    await clock.sleep(random.between(0, world.gapMs));
    let process: Process | undefined;
    for (
      let left = world.invocations ?? Number.POSITIVE_INFINITY;
      left > 0 && clock.now() - start < world.ms;
      left -= 1
    ) {
      if (process === undefined) {
        process = startProcess();
        await Promise.race([process.gate.preload?.(PARTNER), clock.sleep(2_000), process.crashed]);
      }
      const current: Process = process;
      current.awake = true;
      const begun = clock.now();
      const answered = Array.from({ length: world.batch }, async () => {
        const at = clock.now();
        const outcome = await request(current);
        const tookMs = clock.now() - at;
        run.answers.push({ at: at - start, outcome, tookMs });
        if (tookMs > LAMBDA_MS && current.frozenUntil < begun) violate('answered after Lambda would have killed it');
      });
      await Promise.race([Promise.all(answered), current.crashed]);
      if (!current.alive) process = undefined;
      else {
        current.awake = false;
        if (current.loginsUnderWay > 0) violate('answered while its login was under way');
      }
      await clock.sleep(-Math.log(1 - random()) * world.gapMs);
    }
  }

  for (const { atMs, act } of world.script) {
    clock.after(atMs, () => {
      void act({
        enkash,
        table: mirrored,
        now: clock.now,
        currentId: () => `v${secrets.length - 1}`,
        saveSecret: (password) => {
          note(`a secret is saved`);
          secrets.push({ text: secretText(password), createdAt: clock.now() });
        },
      });
    });
  }
  for (let index = 0; index < world.workers; index += 1) void worker();
  await clock.runUntil(start + world.ms + 300_000);
  return { ...run, stats: enkash.stats };
}

function secretText(password: string): string {
  return JSON.stringify({
    partnerId: 'P1',
    basicId: 'basic',
    basicSecret: 'basic-secret',
    username: 'user',
    password,
    clientId: 'client',
    encryption: 'off',
  });
}
