import {
  LOGIN_MS,
  REFUSAL_MEMORY_MS,
  TOKEN_DOUBT_MS,
  TOKEN_EARLY_MS,
  TOKEN_FRESH_MS,
  TOKEN_LIFE_CAP_MS,
  TOKEN_ROUNDING_MS,
} from '../budgets.ts';
import type { GateItem } from './item.ts';

export function isUsable(token: { readonly usableUntil: number; readonly dead: boolean }, now: number): boolean {
  return !token.dead && now < token.usableUntil - TOKEN_EARLY_MS;
}

/** When a token ends, from what the server states: on the safe side for users, on the other one for the next login. */
export function lifeOf(statedLifeMs: number | undefined, at: { readonly sent: number; readonly replied: number }) {
  // A negative life is a clock that is wrong, theirs or ours; the 401 will tell.
  const capped = statedLifeMs === undefined || statedLifeMs < 0 || statedLifeMs >= TOKEN_LIFE_CAP_MS;
  const life = capped ? TOKEN_LIFE_CAP_MS : statedLifeMs;
  const issuedBefore = Math.min(at.replied, at.sent + LOGIN_MS);
  return { usableUntil: at.sent + life, endsAt: issuedBefore + life + (capped ? 0 : TOKEN_ROUNDING_MS) };
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
  const fresh = !token.accepted && now - token.issuedAt <= TOKEN_FRESH_MS && now < token.usableUntil - TOKEN_EARLY_MS;
  if (fresh) return 'not-the-token';
  if (item.token?.id !== token.id || item.token.dead || !item.kills) return 'dead';
  const pause = Math.min(TOKEN_DOUBT_MS * 2 ** (item.kills.inARow - 1), TOKEN_LIFE_CAP_MS);
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
