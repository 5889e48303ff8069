import type { Clock } from '../../rigs/gate-clock.ts';
import { contentOf, LOCK_AT, User } from './user.ts';
import type { GateView } from './views.ts';
import type { LoginFields, Stats, World } from './world.ts';

/** One login as EnKash sees it, and who sent it. */
export type Attempt = {
  readonly owner: string;
  readonly fields: LoginFields;
  /** The process that sends it goes on running: not frozen, not answered. */
  readonly awake: boolean;
};

/** Ten seconds between two starts, less the second that connecting may take. */
const SPACING_MS = 9_000;

export const userKey = (username: string): string => username.trim().toLowerCase();

type Facts = {
  readonly clock: Clock;
  readonly world: World;
  /** The gates as the table has them. */
  readonly gates: () => readonly GateView[];
  readonly violate: (rule: string) => void;
};

/** What EnKash knows of its users. It sees every login of the whole fleet, so the gate's invariants live here, one count for each user. */
export function createLedger(facts: Facts) {
  const { clock, world } = facts;
  const stats: Stats = { logins: 0, controls: 0, refused: 0, accepted: 0, lockOuts: 0, maxInFlight: 0, maxAtServer: 0 };
  const users = new Map<string, User>();
  const userOf = (username: string): User => {
    const key = userKey(username);
    const user = users.get(key) ?? new User('nobody-knows', world.lockPer);
    users.set(key, user);
    return user;
  };
  for (const { username, password } of world.users) userOf(username).password = password;
  return {
    stats,
    ...way(facts, stats, userOf),
    ...people(clock, users, userOf),
    standing: (username: string): number => userOf(username).standing,
    failures: (username: string): number => userOf(username).failures,
  };
}

export type Ledger = ReturnType<typeof createLedger>;

/** From the last look at a lease until the request is written, at most. */
const CONNECT_MS = 40;

/** What a process has heard, it has stored: it neither dies nor stops, and the table answers it. */
function isStored({ crash, freeze, reap, store, storeDown }: World): boolean {
  return crash + freeze + reap === 0 && !storeDown && Object.keys(store).length === 0;
}

/** The stations of one login. */
function way({ clock, world, gates, violate }: Facts, stats: Stats, userOf: (username: string) => User) {
  const refused = new WeakSet<Attempt>();
  return {
    /** Bytes of a login leave the fleet. */
    sent(attempt: Attempt): void {
      const user = userOf(attempt.fields.username);
      // A table that is lost while the connection is made takes the lease with it, of a login that was counted in it.
      const isOnItsWay = clock.now() - user.forgottenAt < CONNECT_MS;
      if (!isOnItsWay) checkHolder(attempt, gates(), violate);
      const gate = gates().find(({ owner }) => owner === attempt.owner);
      const early = gate && clock.now() < gate.tokenEndsAt - 1_500;
      if (world.checks.early && early) violate('login while the token lives');
      if (!user.opened && !isOnItsWay) violate('login by a gate that nobody opened');
      const wrong = user.spend(attempt.fields, clock.now());
      if (wrong !== undefined) violate(wrong);
      if (world.checks.spacing && clock.now() - user.lastSentAt < SPACING_MS) violate('two logins within 9 s');
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
    /** EnKash's own answer is what it gets. */
    told(attempt: Attempt): void {
      if (refused.has(attempt) && isStored(world)) userOf(attempt.fields.username).told(attempt.fields);
    },
    /** From now on it may have failed. */
    possible({ fields }: Attempt): void {
      userOf(fields.username).mayFail(fields);
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
    check(attempt: Attempt): boolean {
      const { fields } = attempt;
      const user = userOf(fields.username);
      if (user.failures < LOCK_AT && fields.password === user.password) {
        user.succeed(fields);
        stats.accepted += 1;
        return true;
      }
      stats.refused += 1;
      refused.add(attempt);
      user.fail(fields);
      if (user.failures === LOCK_AT) {
        stats.lockOuts += 1;
        violate('locked out');
      }
      return false;
    },
  };
}

function checkHolder(attempt: Attempt, gates: readonly GateView[], violate: (rule: string) => void): void {
  if (!attempt.awake) violate('login sent by a frozen process');
  const gate = gates.find(({ owner }) => owner === attempt.owner);
  if (!gate) violate('login by a process that holds no lease');
  else if (gate.content !== undefined && gate.content !== contentOf(attempt.fields)) {
    violate('login with another version than the lease names');
  } else if (gate.failures < 1) violate('login not counted before it was sent');
}

/** What people do at EnKash, and what they tell the gate about it. */
function people(clock: Clock, users: ReadonlyMap<string, User>, userOf: (username: string) => User) {
  return {
    changePassword(username: string, next: string): void {
      userOf(username).password = next;
    },
    /** What the operator does before `allow-one` and `open`: EnKash unlocks the user and forgets its failures. */
    unlock: (username: string): void => userOf(username).unlock(),
    /** The operator permits one login, and says with which secret. */
    permit: (fields: LoginFields, unlocked: boolean): void =>
      userOf(fields.username).permit(fields, clock.now(), unlocked),
    /** The operator opens a gate that is not open: one failure may stand at EnKash, unless nobody ever tried. */
    open: ({ username }: LoginFields, neverTried: boolean): void => userOf(username).open(neverTried),
    close({ username }: LoginFields): void {
      userOf(username).opened = false;
    },
    /** The table is gone: nobody knows any more how near a lock is. */
    forget(): void {
      for (const user of users.values()) {
        user.forget(clock.now());
      }
    },
  };
}
