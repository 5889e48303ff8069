import * as z from 'zod/mini';
import type { AccountKey } from '../account-key.ts';
import { type BalanceEvent, balanceEvent, type EndReason } from './events.ts';
import { type Rules, type WatchRule, watchRuleSchema } from './rule.ts';

const side = z.enum(['ok', 'low']);

const ruleMemorySchema = z.strictObject({
  rule: watchRuleSchema,
  /** What consumers were last told; `ok` before anything was told. */
  phase: z.enum(['ok', 'low', 'unknown']),
  /** The slot that decided the phase; at first, when the rule began. */
  since: z.int(),
  /** The phase that `unknown` followed: it decides which limit holds on the way back. */
  before: side,
  /** So many slots in a row speak for a side that is not the phase, the last of them being `slot`. */
  streak: z.nullable(z.strictObject({ side, count: z.int().check(z.minimum(1)), slot: z.int() })),
  lastLowAt: z.nullable(z.int()),
});
/** What is remembered of a rule between slots. */
export type RuleMemory = z.infer<typeof ruleMemorySchema>;

/** What is remembered of an account's rules, by name. */
export const alertMemorySchema = z.record(z.string(), ruleMemorySchema);
export type AlertMemory = z.infer<typeof alertMemorySchema>;

/** A watch as its alerts know it. An edition is what one change of rules or of the watch's life makes; it only grows. */
export type WatchEdition = {
  readonly account: AccountKey;
  /** Epoch ms of the change, or one more than the one before. */
  readonly edition: number;
  readonly rules: Rules;
  /** Why it is no more; null while it goes on. */
  readonly ended: EndReason | null;
};

/** A rule about which nothing was told yet. */
export function freshMemory(rule: WatchRule): RuleMemory {
  return { rule, phase: 'ok', since: rule.since, before: 'ok', streak: null, lastLowAt: null };
}

/**
 * Takes what is remembered over to a newer edition of the watch: a rule that is still there keeps its phase, with the limits
 * of now; one that is no more, or now judges another balance, has ended, and that is told.
 */
export function carryOver(
  memory: AlertMemory,
  watch: WatchEdition,
): { readonly memory: AlertMemory; readonly events: readonly BalanceEvent[] } {
  const { account, edition, rules, ended } = watch;
  const happened = { slot: edition, value: null, observedAt: null, lastMeasuredSlot: null } as const;
  const end = (reason: EndReason, named?: { name: string; rule: WatchRule }): BalanceEvent =>
    balanceEvent({ account, edition, ...(named && { named }) }, { type: 'BalanceWatchEnded', ...happened, reason });

  const kept = ended === null ? rules : {};
  const goesOn = (name: string): boolean => memory[name] !== undefined && kept[name]?.since === memory[name].rule.since;
  const gone = Object.entries(memory).filter(([name]) => !goesOn(name));
  const next = Object.entries(kept).map(([name, rule]) => {
    const held = goesOn(name) ? memory[name] : undefined;
    return [name, held ? { ...held, rule } : freshMemory(rule)] as const;
  });
  const events = gone.map(([name, { rule }]) => end(ended ?? 'rule-removed', { name, rule }));
  return {
    memory: Object.fromEntries(next),
    events: ended !== null && events.length === 0 ? [end(ended)] : events,
  };
}
