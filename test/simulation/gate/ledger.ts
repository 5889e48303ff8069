import type { Clock } from '../../rigs/gate-clock.ts';
import type { GateView } from './views.ts';
import type { LoginFields, Stats, World } from './world.ts';

/** One login as EnKash sees it, and who sent it. */
export type Attempt = {
  readonly owner: string;
  readonly fields: LoginFields;
  /** The process that sends it goes on running: not frozen, not answered. */
  readonly awake: boolean;
};

const LOCK_AT = 3;
const SPACING_MS = 10_000;
/** The operator's permission, and two clocks 30 s off in opposite directions. */
const PERMISSION_MS = 15 * 60_000 + 60_000;

type User = {
  password: string;
  /** Failures in a row by (basicId, clientId); with `lockPer: 'user'` any success forgives them all. */
  failures: Map<string, number>;
  /** Logins since the last success that may have failed, whatever EnKash made of them, by (basicId, clientId). */
  standing: Map<string, number>;
  permissions: { readonly content: string; readonly until: number }[];
  inFlight: number;
  atServer: number;
  lastSentAt: number;
};

export const userKey = (username: string): string => username.trim().toLowerCase();
export const contentOf = ({ basicId, basicSecret, username, password, clientId }: LoginFields): string =>
  JSON.stringify([basicId, basicSecret, username, password, clientId]);
const pairOf = ({ basicId, clientId }: LoginFields): string => JSON.stringify([basicId, clientId]);
const sum = (counts: Map<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);
const add = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

/** What EnKash knows of its users. It sees every login of the whole fleet, so the gate's invariants live here, one count for each user. */
export function createLedger(
  clock: Clock,
  world: Pick<World, 'users' | 'checks' | 'lockPer'>,
  gates: () => readonly GateView[],
  violate: (rule: string) => void,
) {
  const stats: Stats = {
    logins: 0,
    controls: 0,
    refused: 0,
    accepted: 0,
    lockOuts: 0,
    maxInFlight: 0,
    maxAtServer: 0,
  };
  const users = new Map<string, User>(
    world.users.map(({ username, password }) => [userKey(username), newUser(password)]),
  );

  function userOf(username: string): User {
    const key = userKey(username);
    const user = users.get(key) ?? newUser(undefined);
    users.set(key, user);
    return user;
  }

  function checkHolder(attempt: Attempt): void {
    if (!attempt.awake) violate('login sent by a frozen process');
    const gate = gates().find(({ owner }) => owner === attempt.owner);
    if (!gate) violate('login by a process that holds no lease');
    else if (gate.content !== undefined && gate.content !== contentOf(attempt.fields)) {
      violate('login with another version than the lease names');
    } else if (gate.failures < 1) violate('login not counted before it was sent');
    if (world.checks.early && gate && clock.now() < gate.tokenUsableUntil - 1_500)
      violate('login while the token lives');
  }

  function checkCount(user: User, attempt: Attempt): void {
    const standing = sum(user.standing);
    if (standing < LOCK_AT - 1) return;
    const given = user.permissions.filter(({ until }) => clock.now() < until);
    if (given.length === 0) violate('third possible failure');
    else if (!given.some(({ content }) => content === contentOf(attempt.fields))) {
      violate('a permitted login with another version than named');
    }
  }

  return {
    stats,
    /** Bytes of a login leave the fleet. Whatever becomes of it, a permission is spent. */
    sent(attempt: Attempt): void {
      const user = userOf(attempt.fields.username);
      checkHolder(attempt);
      checkCount(user, attempt);
      user.permissions = [];
      if (world.checks.spacing && clock.now() - user.lastSentAt < SPACING_MS) violate('two logins within 10 s');
      user.lastSentAt = clock.now();
      stats.logins += 1;
      user.inFlight += 1;
      stats.maxInFlight = Math.max(stats.maxInFlight, user.inFlight);
      if (user.inFlight > 1) violate('two logins in flight');
    },
    /** The fleet has its answer, or has given up. */
    ended({ fields }: Attempt): void {
      userOf(fields.username).inFlight -= 1;
    },
    /** From now on it may have failed. */
    possible({ fields }: Attempt): void {
      add(userOf(fields.username).standing, pairOf(fields));
    },
    /** EnKash begins to work on it. @returns how many logins of that user it works on */
    begin({ fields }: Attempt): number {
      const user = userOf(fields.username);
      user.atServer += 1;
      stats.maxAtServer = Math.max(stats.maxAtServer, user.atServer);
      if (user.atServer > 1 && world.checks.server) violate('two logins at the server');
      return user.atServer;
    },
    done({ fields }: Attempt): number {
      const user = userOf(fields.username);
      user.atServer -= 1;
      return user.atServer;
    },
    /** EnKash checks the password. @returns whether it is right and the user not locked */
    check({ fields }: Attempt): boolean {
      const user = userOf(fields.username);
      const pair = pairOf(fields);
      const failures = sum(user.failures);
      if (failures >= LOCK_AT || fields.password !== user.password) {
        stats.refused += 1;
        add(user.failures, pair);
        if (failures + 1 === LOCK_AT) {
          stats.lockOuts += 1;
          violate('locked out');
        }
        return false;
      }
      if (world.lockPer === 'user') user.failures.clear();
      else user.failures.delete(pair);
      if (world.lockPer === 'user') user.standing.clear();
      else user.standing.delete(pair);
      user.permissions = [];
      stats.accepted += 1;
      return true;
    },
    changePassword(username: string, next: string): void {
      userOf(username).password = next;
    },
    /** What the operator does before `allow-one` and `open`: EnKash unlocks the user and forgets its failures. */
    unlock(username: string): void {
      userOf(username).failures.clear();
    },
    /** The operator permits one login, and says with which secret. */
    permit(fields: LoginFields): void {
      userOf(fields.username).permissions.push({ content: contentOf(fields), until: clock.now() + PERMISSION_MS });
    },
    standing: (username: string): number => sum(userOf(username).standing),
    failures: (username: string): number => sum(userOf(username).failures),
  };
}

export type Ledger = ReturnType<typeof createLedger>;

function newUser(password: string | undefined): User {
  return {
    password: password ?? 'nobody-knows',
    failures: new Map(),
    standing: new Map(),
    permissions: [],
    inFlight: 0,
    atServer: 0,
    lastSentAt: Number.NEGATIVE_INFINITY,
  };
}
