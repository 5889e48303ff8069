import * as z from 'zod/mini';
import type { SlotRow } from '../account/snapshot.ts';
import type { Paise } from '../money.ts';
import type { Timetable } from '../slots.ts';
import type { Occurrence } from './events.ts';
import { type Rule, ruleId } from './rule.ts';

/** After so many slots in a row without a balance, the account's state is unknown. */
const UNKNOWN_AFTER_SLOTS = 3;

/** What is remembered of an account between slots. */
export const alertMemorySchema = z.strictObject({
  /** The rule and the watch that this belongs to; another one begins anew. */
  of: z.string(),
  /** The first slot that was judged by it. */
  since: z.int(),
  /** What consumers were last told; `ok` before anything was told. */
  phase: z.enum(['ok', 'low', 'unknown']),
  /** The phase that `unknown` followed: it decides which limit holds on the way back. */
  before: z.enum(['ok', 'low']),
  /** So many slots in a row speak for this side, which is not the phase. */
  leaning: z.enum(['ok', 'low']),
  streak: z.int().check(z.minimum(0)),
  measuredSlot: z.nullable(z.int()),
  lastLowAt: z.nullable(z.int()),
});
export type AlertMemory = z.infer<typeof alertMemorySchema>;

export type Watched = {
  readonly rule: Rule;
  /** Epoch ms at which the watch began. */
  readonly start: number;
};

export type Decision = { readonly memory: AlertMemory; readonly occurrence: Occurrence | undefined };

/**
 * Judges one slot of a watched account; pure. Slots may come twice and out of order: one that is not newer than the last
 * measured one changes nothing. A slot in which EnKash did not state the rule's balance counts as unmeasured.
 */
export function decide(watched: Watched, held: AlertMemory | null, row: SlotRow, { periodMs }: Timetable): Decision {
  const of = `${ruleId(watched.rule)}@${watched.start}`;
  const memory = held?.of === of ? held : freshMemory(of, row.slot);
  if (memory.measuredSlot !== null && row.slot <= memory.measuredSlot) return { memory, occurrence: undefined };
  const value = row.status === 'measured' ? row.snapshot.balances[watched.rule.balance] : null;
  if (row.status === 'measured' && value !== null) {
    return decideMeasured(watched.rule, memory, { slot: row.slot, value, observedAt: row.observedAt });
  }
  const oldest = row.slot - (UNKNOWN_AFTER_SLOTS - 1) * periodMs;
  const lasting = memory.measuredSlot === null ? oldest >= memory.since : oldest > memory.measuredSlot;
  return lasting ? toUnknown(memory, row.slot) : { memory, occurrence: undefined };
}

function freshMemory(of: string, since: number): AlertMemory {
  return { of, since, phase: 'ok', before: 'ok', leaning: 'ok', streak: 0, measuredSlot: null, lastLowAt: null };
}

function toUnknown(memory: AlertMemory, slot: number): Decision {
  if (memory.phase === 'unknown') return { memory, occurrence: undefined };
  return {
    memory: { ...memory, phase: 'unknown', before: memory.phase, streak: 0 },
    occurrence: { type: 'BalanceUnknown', slot, value: null, observedAt: null, lastMeasuredSlot: memory.measuredSlot },
  };
}

type Measurement = { readonly slot: number; readonly value: Paise; readonly observedAt: number };

function decideMeasured(rule: Rule, held: AlertMemory, { slot, value, observedAt }: Measurement): Decision {
  const side = sideOf(rule, held.phase === 'unknown' ? held.before : held.phase, value);
  if (side === held.phase) return { memory: { ...held, measuredSlot: slot, streak: 0 }, occurrence: undefined };

  const streak = Math.min((side === held.leaning ? held.streak : 0) + 1, rule.confirmations);
  const memory = { ...held, measuredSlot: slot, leaning: side, streak };
  const cooling = side === 'low' && held.lastLowAt !== null && slot - held.lastLowAt < rule.cooldownMs;
  if (streak < rule.confirmations || cooling) return { memory, occurrence: undefined };
  return {
    memory: { ...memory, phase: side, before: side, streak: 0, lastLowAt: side === 'low' ? slot : held.lastLowAt },
    occurrence: {
      type: side === 'low' ? 'BalanceLow' : 'BalanceRecovered',
      slot,
      value,
      observedAt,
      lastMeasuredSlot: slot,
    },
  };
}

/** Between `below` and `recoverAt` the account stays on the side where it was. */
function sideOf(rule: Rule, current: 'ok' | 'low', value: Paise): 'ok' | 'low' {
  return value < (current === 'low' ? rule.recoverAt : rule.below) ? 'low' : 'ok';
}
