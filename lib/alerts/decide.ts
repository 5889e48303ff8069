import type { Paise } from '../money.ts';
import type { Occurrence } from './events.ts';
import type { RuleMemory } from './memory.ts';
import type { Rule } from './rule.ts';

/** After so many slots in a row without a balance, the state of a rule is unknown. */
export const UNKNOWN_AFTER_SLOTS = 3;

export type Decision = { readonly memory: RuleMemory; readonly occurrence: Occurrence | undefined };

/** What EnKash stated in a slot of the balance that the rule is about. Instants in epoch ms. */
export type Measurement = {
  readonly slot: number;
  readonly value: Paise;
  readonly observedAt: number;
  /** The slot right before it; undefined where there is none. */
  readonly previous: number | undefined;
};

/**
 * Judges a measured slot by a rule; pure. Slots may come twice and out of order: one from before the rule, or not newer
 * than what has decided, changes nothing. "In a row" means that no slot lies between.
 */
export function decideMeasured(held: RuleMemory, measurement: Measurement): Decision {
  const { rule, phase, streak } = held;
  const { slot, value, observedAt, previous } = measurement;
  const unchanged: Decision = { memory: held, occurrence: undefined };
  if (slot < rule.since || slot < held.since || (phase === 'unknown' && slot === held.since)) return unchanged;
  if (streak !== null && slot <= streak.slot) return unchanged;

  const side = sideOf(rule, phase === 'unknown' ? held.before : phase, value);
  if (side === phase) return streak === null ? unchanged : { memory: { ...held, streak: null }, occurrence: undefined };

  const follows = streak !== null && streak.side === side && streak.slot === previous;
  const count = Math.min((follows ? streak.count : 0) + 1, rule.confirmations);
  if (count < rule.confirmations || isCooling(held, side, slot)) {
    return { memory: { ...held, streak: { side, count, slot } }, occurrence: undefined };
  }
  const lastLowAt = side === 'low' ? slot : held.lastLowAt;
  return {
    memory: { rule, phase: side, since: slot, before: side, streak: null, lastLowAt },
    occurrence: {
      type: side === 'low' ? 'BalanceLow' : 'BalanceRecovered',
      ...{ slot, value, observedAt, lastMeasuredSlot: slot },
    },
  };
}

/** Judges a closed slot without a balance, the last of as many in a row as make it unknown; pure. */
export function decideUnknown(held: RuleMemory, slot: number, lastMeasuredSlot: number | null): Decision {
  const { phase } = held;
  if (phase === 'unknown' || slot <= held.since) return { memory: held, occurrence: undefined };
  return {
    memory: { ...held, phase: 'unknown', since: slot, before: phase, streak: null },
    occurrence: { type: 'BalanceUnknown', slot, value: null, observedAt: null, lastMeasuredSlot },
  };
}

/** A cooldown holds back repeated lows, never the answer to an Unknown. */
function isCooling({ phase, lastLowAt, rule }: RuleMemory, side: 'ok' | 'low', slot: number): boolean {
  return side === 'low' && phase === 'ok' && lastLowAt !== null && slot - lastLowAt < rule.cooldownMs;
}

/** Between `below` and `recoverAt` the account stays on the side where it was. */
function sideOf(rule: Rule, current: 'ok' | 'low', value: Paise): 'ok' | 'low' {
  return value < (current === 'low' ? rule.recoverAt : rule.below) ? 'low' : 'ok';
}
