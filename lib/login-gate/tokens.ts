import { LOGIN_TIMEOUT_MS } from '../enkash/token-request.ts';
import type { GateItem } from './item.ts';

/** EnKash's pages say 5 minutes beside an example of 86399 s: the shorter one is believed. */
const TOKEN_LIFE_CAP_MS = 300_000;
/** A lifetime stated in whole seconds was rounded down. */
const ROUNDING_MS = 1_000;
/** A token this close to its end is not handed out any more. */
const EARLY_MS = 1_000;
/** A token refused younger than this, and never accepted, was not refused for its age. */
const FRESH_MS = 30_000;
/** For this long after a fresh token was refused, a 401 costs no login. */
const REFUSAL_MEMORY_MS = 60_000;
/** A 401 so soon after the last token died is doubted, and twice as long each time that another token has not helped. */
const DOUBT_MS = 10_000;

export function isUsable(token: { readonly usableUntil: number; readonly dead: boolean }, now: number): boolean {
  return !token.dead && now < token.usableUntil - EARLY_MS;
}

/** When a token ends, from what the server states: on the safe side for users, on the other one for the next login. */
export function lifeOf(statedLifeMs: number | undefined, at: { readonly sent: number; readonly replied: number }) {
  // A negative life is a clock that is wrong, theirs or ours; the 401 will tell.
  const capped = statedLifeMs === undefined || statedLifeMs < 0 || statedLifeMs >= TOKEN_LIFE_CAP_MS;
  const life = capped ? TOKEN_LIFE_CAP_MS : statedLifeMs;
  const issuedBefore = Math.min(at.replied, at.sent + LOGIN_TIMEOUT_MS);
  return { usableUntil: at.sent + life, endsAt: issuedBefore + life + (capped ? 0 : ROUNDING_MS) };
}

/** A token that the API answered 401 to. */
export type RefusedToken = {
  readonly id: string;
  /** When the login that brought it was sent, where known. */
  readonly issuedAt: number;
  readonly usableUntil: number;
  /** EnKash accepted it before. */
  readonly accepted: boolean;
};

/**
 * What a 401 means: the token died, or the refusal is not about the token and no login would help.
 * Where one token after the other is refused at once, 401s are doubted more and more, so that those for another reason do not end
 * in a login every 10 s. Tokens that merely live shorter than stated are not: the next one helps each time.
 */
export function judge401(item: GateItem, token: RefusedToken, now: number): 'dead' | 'not-the-token' {
  if (now < (item.freshRefusedUntil ?? 0)) return 'not-the-token';
  const fresh = !token.accepted && now - token.issuedAt <= FRESH_MS && now < token.usableUntil - EARLY_MS;
  if (fresh) return 'not-the-token';
  if (item.token?.id !== token.id || item.token.dead || !item.kills) return 'dead';
  const pause = Math.min(DOUBT_MS * 2 ** (item.kills.inARow - 1), TOKEN_LIFE_CAP_MS);
  return now - item.kills.at < pause ? 'not-the-token' : 'dead';
}

/** @returns the item itself when the token is not in it, or is dead already. */
export function markDead(item: GateItem, id: string, now: number): GateItem {
  if (item.token?.id !== id || item.token.dead) return item;
  const { inARow: before = 0, notHelped = false } = item.kills ?? {};
  const inARow = notHelped ? before + 1 : Math.max(before - 1, 1);
  return { ...item, token: { ...item.token, dead: true }, kills: { inARow, at: now, notHelped: false } };
}

/** @returns the item itself when the refusal is remembered already. */
export function remember401(item: GateItem, now: number): GateItem {
  if (now < (item.freshRefusedUntil ?? 0)) return item;
  const kills = item.kills && { ...item.kills, notHelped: true };
  return { ...item, kills, freshRefusedUntil: now + REFUSAL_MEMORY_MS };
}
