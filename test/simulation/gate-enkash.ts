import { type LoginOutcome, unanswered } from '../../lib/enkash/token-request.ts';
import type { GateItem } from '../../lib/login-gate/item.ts';
import type { Clock, Random } from '../rigs/gate-clock.ts';

/** How logins go wrong; probabilities, the first that strikes decides. */
export type LoginFaults = {
  readonly latencyMs: readonly [number, number];
  readonly notSent: number;
  /** An edge answers, and proves it: nothing reached EnKash. */
  readonly turnedAway: number;
  /** Processed and counted, but an edge's page arrives in place of the answer. */
  readonly page: number;
  /** Bytes written, never processed. */
  readonly requestLost: number;
  /** Processed and counted, but the answer never arrives. */
  readonly replyLost: number;
};

export const calmLogin: LoginFaults = {
  latencyMs: [120, 400],
  notSent: 0,
  turnedAway: 0,
  page: 0,
  requestLost: 0,
  replyLost: 0,
};

export type EnkashSettings = {
  readonly password: string;
  /** How long a token really lives. */
  readonly tokenLifeMs: number;
  /** Spring: an early second login gets the same token with less time left. */
  readonly sameToken: boolean;
  /** Spring: logins that overlap fail, all of them, and the tokens are gone. */
  readonly breakConcurrent: boolean;
  /** What the reply states: the time really left, or the example's 86399 s. */
  readonly states: 'truth' | 86_399_000;
  readonly checks: {
    /** Logins are 10 s apart; off where clocks differ. */
    readonly spacing: boolean;
    /** No login while the fleet has a living token; off where clocks differ. */
    readonly early: boolean;
    /** Nobody uses a token after its end; off where clocks differ, processes freeze or tokens die. */
    readonly life: boolean;
  };
};

export type LoginAttempt = {
  readonly owner: string;
  readonly versionId: string;
  readonly password: string;
  /** The process that sends it goes on running: not frozen, not answered. */
  readonly awake: boolean;
};

const LOCK_AT = 3;
const TIMEOUT_MS = 4_000;
const SPACING_MS = 10_000;

/** EnKash with a lock-out counter. It sees every login, so the invariants of the whole fleet live here. */
export function createFakeEnkash(
  clock: Clock,
  random: Random,
  settings: EnkashSettings,
  faults: () => LoginFaults,
  gateItem: () => GateItem | undefined,
  violate: (rule: string) => void,
) {
  const stats = { logins: 0, refused: 0, accepted: 0, lockOuts: 0, maxInFlight: 0 };
  const tokens = new Map<string, number>();
  let password = settings.password;
  let current: { text: string; until: number } | undefined;
  let failuresInARow = 0;
  /** Logins since the last accepted one that may have failed, whatever EnKash made of them. */
  let possibleFailures = 0;
  let permitted = 0;
  let inFlight = 0;
  let collided = false;
  let lastSentAt = Number.NEGATIVE_INFINITY;

  function inspect(attempt: LoginAttempt): void {
    const item = gateItem();
    const { lease, token } = item ?? {};
    if (!attempt.awake) violate('login sent by a frozen process');
    if (lease?.owner !== attempt.owner) violate('login by a process that holds no lease');
    else if (lease.versionId !== attempt.versionId) violate('login with another version than the lease names');
    if ((item?.failures ?? 0) < 1) violate('login not counted before it was sent');
    if (settings.checks.spacing && clock.now() - lastSentAt < SPACING_MS) violate('two logins within 10 s');
    if (settings.checks.early && token && !token.dead && clock.now() < token.usableUntil - 1_500)
      violate('login while the token lives');
    if (possibleFailures >= 2 + permitted) violate('third possible failure');
  }

  function judge(attempt: LoginAttempt): LoginOutcome {
    if (failuresInARow >= LOCK_AT || attempt.password !== password) {
      stats.refused += 1;
      failuresInARow += 1;
      if (failuresInARow === LOCK_AT) {
        stats.lockOuts += 1;
        violate('locked out');
      }
      return { kind: 'refused' };
    }
    failuresInARow = 0;
    possibleFailures = 0;
    permitted = 0;
    stats.accepted += 1;
    if (!current || !settings.sameToken || current.until <= clock.now() || !tokens.has(current.text)) {
      current = {
        text: `token-${stats.accepted}-${Math.floor(random() * 1e9)}`,
        until: clock.now() + settings.tokenLifeMs,
      };
      tokens.set(current.text, current.until);
    }
    const leftMs = Math.floor((current.until - clock.now()) / 1000) * 1000;
    return {
      kind: 'accepted',
      token: current.text,
      statedLifeMs: settings.states === 'truth' ? leftMs : settings.states,
    };
  }

  async function login(attempt: LoginAttempt): Promise<LoginOutcome> {
    const fault = faults();
    const latency = random.between(...fault.latencyMs);
    if (random.chance(fault.notSent)) {
      await clock.sleep(Math.min(latency, 1_000));
      return { kind: 'not-sent' };
    }
    inspect(attempt);
    lastSentAt = clock.now();
    stats.logins += 1;
    if (random.chance(fault.turnedAway)) {
      await clock.sleep(latency);
      return { kind: 'turned-away' };
    }
    possibleFailures += 1;
    inFlight += 1;
    stats.maxInFlight = Math.max(stats.maxInFlight, inFlight);
    if (inFlight > 1) {
      violate('two logins in flight');
      collided ||= settings.breakConcurrent;
    }
    const processed = !random.chance(fault.requestLost);
    const answered = processed && !random.chance(fault.replyLost);
    await clock.sleep(Math.min(latency, TIMEOUT_MS));
    const broken = collided;
    inFlight -= 1;
    if (inFlight === 0) collided = false;
    if (broken) {
      tokens.clear();
      return unanswered;
    }
    const outcome = processed ? judge(attempt) : undefined;
    if (outcome && answered && latency < TIMEOUT_MS) {
      return random.chance(fault.page) ? { kind: 'possible', waitMs: 120_000 } : outcome;
    }
    await clock.sleep(TIMEOUT_MS - latency);
    return unanswered;
  }

  return {
    stats,
    login,
    /** Whether an API call with the token is accepted. */
    accepts(token: string): boolean {
      const until = tokens.get(token) ?? 0;
      if (settings.checks.life && until <= clock.now()) violate('a token was used after its end');
      return until > clock.now();
    },
    changePassword(next: string, killTokens: boolean): void {
      password = next;
      if (killTokens) tokens.clear();
    },
    revoke: () => tokens.clear(),
    /** What the operator does before `allow-one`: EnKash unlocks the account and forgets its failures. */
    unlock(): void {
      failuresInARow = 0;
      permitted = possibleFailures - 1;
    },
    possibleFailures: () => possibleFailures,
  };
}

export type FakeEnkash = ReturnType<typeof createFakeEnkash>;
