import type { LoginFields, World } from './world.ts';

export const LOCK_AT = 3;
/** The operator's permission, and two clocks 30 s off in opposite directions. */
const PERMISSION_MS = 15 * 60_000 + 60_000;

const pairOf = ({ basicId, clientId }: LoginFields): string => JSON.stringify([basicId, clientId]);
const UNSEEN = 'unseen';
const sum = (counts: Map<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);
const add = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

export const contentOf = ({ basicId, basicSecret, username, password, clientId }: LoginFields): string =>
  JSON.stringify([basicId, basicSecret, username, password, clientId]);

/** One user at EnKash: what EnKash counts, and what the fleet has done to it. */
export class User {
  password: string;
  /** An operator said that this login may be used here, and no table was lost since. */
  opened = false;
  /** When the table was lost. */
  forgottenAt = Number.NEGATIVE_INFINITY;
  inFlight = 0;
  atServer = 0;
  lastSentAt = Number.NEGATIVE_INFINITY;
  /** Failures in a row by (basicId, clientId); with `lockPer: 'user'` any success forgives them all. */
  readonly #failures = new Map<string, number>();
  /** Logins since the last success that may have failed, whatever EnKash made of them, by (basicId, clientId). */
  readonly #standing = new Map<string, number>();
  /** Contents whose refusal the fleet has been told, and that have not succeeded since. */
  readonly #refused = new Set<string>();
  #permissions: { readonly content: string; readonly until: number; readonly unlocked: boolean }[] = [];
  /** The last login was sent by a permission, given after EnKash had forgotten every failure. */
  #wasUnlocked = false;
  readonly #lockPer: World['lockPer'];

  constructor(password: string, lockPer: World['lockPer']) {
    this.password = password;
    this.#lockPer = lockPer;
  }

  get failures(): number {
    return sum(this.#failures);
  }
  get standing(): number {
    return sum(this.#standing);
  }

  /** What is wrong with a login that is sent now; whatever becomes of it, a permission is spent. */
  spend(fields: LoginFields, now: number): string | undefined {
    const given = this.#permissions.filter(({ until }) => now < until);
    this.#permissions = [];
    this.#wasUnlocked = given.some(({ unlocked }) => unlocked);
    const isRefused = this.#refused.has(contentOf(fields));
    if (isRefused && given.length === 0) return 'a refused secret is sent again';
    if (this.standing < LOCK_AT - 1) return undefined;
    if (given.length === 0) return 'third possible failure';
    const named = given.some(({ content }) => content === contentOf(fields));
    return named ? undefined : 'a permitted login with another version than named';
  }
  permit(fields: LoginFields, now: number, unlocked: boolean): void {
    this.#permissions.push({ content: contentOf(fields), until: now + PERMISSION_MS, unlocked });
  }
  mayFail(fields: LoginFields): void {
    add(this.#standing, pairOf(fields));
  }
  fail(fields: LoginFields): void {
    add(this.#failures, pairOf(fields));
  }
  /** The fleet has been told that this login was refused. */
  told(fields: LoginFields): void {
    this.#refused.add(contentOf(fields));
  }
  succeed(fields: LoginFields): void {
    this.#refused.delete(contentOf(fields));
    for (const counts of [this.#failures, this.#standing]) {
      if (this.#lockPer === 'user' || this.#wasUnlocked) counts.clear();
      else counts.delete(pairOf(fields));
      counts.delete(UNSEEN);
    }
    this.#permissions = [];
  }
  /** EnKash forgets its failures. */
  unlock(): void {
    this.#failures.clear();
  }
  /** The fleet's table is gone, at an instant. */
  forget(now: number): void {
    this.opened = false;
    this.forgottenAt = now;
    this.#refused.clear();
    this.#standing.clear();
  }
  /** The operator's word for what nobody here saw: any success forgives it. What was seen before still stands. */
  open(neverTried: boolean): void {
    this.opened = true;
    if (this.standing === 0 && !neverTried) this.#standing.set(UNSEEN, 1);
  }
}
