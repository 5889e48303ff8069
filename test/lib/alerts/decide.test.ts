import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import { decideUnknown, UNKNOWN_AFTER_SLOTS } from '../../../lib/alerts/decide.ts';
import { freshMemory, type RuleMemory } from '../../../lib/alerts/memory.ts';
import { type Rule, ruleInput, rulesInput } from '../../../lib/alerts/rule.ts';
import { judgeRow } from '../../../lib/snapshots/settle-alerts.ts';
import { MINUTE, measured, midnight, missed, rule } from '../../rigs/samples.ts';

const start = midnight - MINUTE;
const QUARTER = 15 * MINUTE;
const at = (index: number): number => midnight + index * QUARTER;
const rowAt = (value: number | null, index: number): SlotRow =>
  value === null ? missed(at(index)) : measured(at(index), value);

/** One value per slot (paise), null for a slot without a balance. @returns the events as `<slot index> <type>` */
function play(values: readonly (number | null)[], by: Rule = rule, from = freshMemory({ ...by, since: start })) {
  let memory: RuleMemory = from;
  const events: string[] = [];
  const take = (index: number, decision: ReturnType<typeof decideUnknown>): void => {
    if (decision.occurrence) events.push(`${index} ${decision.occurrence.type}`);
    memory = decision.memory;
  };
  for (const [index, value] of values.entries()) {
    take(index, judgeRow(rowAt(value, index), at(index - 1))(memory));
    const last = values.slice(Math.max(0, index - UNKNOWN_AFTER_SLOTS + 1), index + 1);
    const isLost = last.length === UNKNOWN_AFTER_SLOTS && last.every((each) => each === null);
    if (isLost) take(index, decideUnknown(memory, at(index), null));
  }
  return { events, memory };
}
const eventsOf = (values: readonly (number | null)[], by?: Rule): string[] => play(values, by).events;

describe('a low-balance rule', () => {
  test('reports a balance below the limit once it is confirmed, and only once', () => {
    expect(eventsOf([150_000, 99_999, 99_000, 98_000, 97_000])).toEqual(['2 BalanceLow']);
  });

  test('counts a balance at the limit as high enough', () => {
    expect(eventsOf([100_000, 100_000, 100_000])).toEqual([]);
  });

  test('forgets a single dip', () => {
    expect(eventsOf([150_000, 1, 150_000, 1, 150_000])).toEqual([]);
  });

  test('takes slots for a row only when none lies between them', () => {
    expect(eventsOf([150_000, 1, null, null, 1])).toEqual([]);
    expect(eventsOf([150_000, 1, null, 1, 1])).toEqual(['4 BalanceLow']);
  });

  test('reports recovery at recoverAt, not at the limit', () => {
    expect(eventsOf([1, 1, 110_000, 119_999, 110_000, 120_000, 120_000])).toEqual([
      '1 BalanceLow',
      '6 BalanceRecovered',
    ]);
  });

  test('reports each crossing with at least the cooldown between two BalanceLow', () => {
    const down = [1, 1];
    const up = [200_000, 200_000];
    const twice = ['1 BalanceLow', '3 BalanceRecovered', '5 BalanceLow', '7 BalanceRecovered'];
    expect(eventsOf([...down, ...up, ...down, ...up])).toEqual(twice);
    const slow = { ...rule, cooldownMs: 4 * 3_600_000 };
    expect(eventsOf([...down, ...up, ...down, ...up], slow)).toEqual(['1 BalanceLow', '3 BalanceRecovered']);
    expect(eventsOf([...down, ...up, ...Array<number>(14).fill(1)], slow)).toEqual([
      '1 BalanceLow',
      '3 BalanceRecovered',
      '17 BalanceLow',
    ]);
  });

  test('says what an unknown balance turned out to be', () => {
    expect(eventsOf([150_000, null, null, null, 150_000, 150_000])).toEqual(['3 BalanceUnknown', '5 BalanceRecovered']);
    expect(eventsOf([150_000, null, null, null, 1, 1])).toEqual(['3 BalanceUnknown', '5 BalanceLow']);
  });

  test('fault 5: no cooldown holds back the answer to an Unknown', () => {
    const slow = { ...rule, cooldownMs: 604_800_000 };
    expect(eventsOf([1, 1, null, null, null, 1, 1], slow)).toEqual([
      '1 BalanceLow',
      '4 BalanceUnknown',
      '6 BalanceLow',
    ]);
  });

  test('judges no slot from before it, and no balance that EnKash does not state', () => {
    const quick = { ...rule, confirmations: 1 };
    expect(play([1, 1], quick, freshMemory({ ...quick, since: midnight + 1 })).events).toEqual(['1 BalanceLow']);
    const onCards = freshMemory({ ...quick, balance: 'availableOnCards', since: start });
    const row = measured(midnight, 1);
    if (row.status !== 'measured') return;
    const balances = { ...row.snapshot.balances, availableOnCards: null };
    const unstated = { ...row, snapshot: { ...row.snapshot, balances } };
    expect(judgeRow(unstated, undefined)(onCards)).toEqual({ memory: onCards, occurrence: undefined });
  });

  test('is not moved by a slot that comes twice or late', async () => {
    const slots = fc.array(fc.oneof(fc.integer({ min: 0, max: 250_000 }), fc.constant(null)), { maxLength: 40 });
    await fc.assert(
      fc.property(slots, (values) => {
        const { memory } = play(values);
        for (const index of values.keys()) {
          // What is older than the last decision, or in the streak already, changes nothing.
          if (at(index) > memory.since && at(index) > (memory.streak?.slot ?? 0)) continue;
          const again = judgeRow(rowAt(values[index] ?? null, index), at(index - 1))(memory);
          expect(again).toEqual({ memory, occurrence: undefined });
        }
      }),
    );
  });

  test('tells consumers a sequence in which no type follows itself, whatever the balances', async () => {
    const slots = fc.array(fc.oneof(fc.integer({ min: 80_000, max: 140_000 }), fc.constant(null)), { maxLength: 120 });
    await fc.assert(
      fc.property(slots, fc.integer({ min: 1, max: 4 }), (values, confirmations) => {
        const types = eventsOf(values, { ...rule, confirmations, cooldownMs: 0 }).map((event) => event.split(' ')[1]);
        expect(types.some((type, index) => type === types[index + 1])).toBe(false);
        if (types[0] !== undefined) expect(types[0]).not.toBe('BalanceRecovered');
      }),
    );
  });

  test('has, after any history, the phase that its last event says', async () => {
    const phases: Record<string, string> = { BalanceLow: 'low', BalanceRecovered: 'ok', BalanceUnknown: 'unknown' };
    const slots = fc.array(fc.oneof(fc.integer({ min: 80_000, max: 140_000 }), fc.constant(null)), { maxLength: 60 });
    await fc.assert(
      fc.property(slots, (values) => {
        const { events, memory } = play(values);
        expect(memory.phase).toBe(phases[events.at(-1)?.split(' ')[1] ?? 'BalanceRecovered']);
      }),
    );
  });
});

describe('rules as callers give them', () => {
  test('default to two confirmations, an hour, and recovery at 120 %', () => {
    expect(ruleInput.parse({ balance: 'available', below: '1000.00' })).toEqual(rule);
    expect(ruleInput.parse({ balance: 'available', below: 1000 })).toEqual(rule);
    expect(ruleInput.parse({ balance: 'available', below: '-100.00' })).toMatchObject({
      below: -10_000,
      recoverAt: -8_000,
    });
  });

  test('are at most five, with names that stand in a path of a field', () => {
    const one = { balance: 'available', below: '1.00' };
    const named = (...names: string[]) => rulesInput.safeParse(Object.fromEntries(names.map((name) => [name, one])));
    expect(named('float', 'day-end', 'A_1', 'b', 'c').success).toBe(true);
    expect(named('a', 'b', 'c', 'd', 'e', 'f').success).toBe(false);
    for (const name of ['', '1st', 'a b', 'x'.repeat(33), 'é']) expect(named(name).success, name).toBe(false);
  });

  test.each([
    { balance: 'available' },
    { balance: 'usedCredit', below: '1.00' },
    { balance: 'available', below: '1.001' },
    { balance: 'available', below: 0.1 + 0.2 },
    { balance: 'available', below: 1e12 },
    { balance: 'available', below: '1e3' },
    { balance: 'available', below: '10.00', recoverAt: '9.99' },
    { balance: 'available', below: '10.00', confirmations: 0 },
    { balance: 'available', below: '10.00', cooldownSeconds: -1 },
    { balance: 'available', below: '10.00', extra: true },
  ])('refuse %j', (input) => {
    expect(ruleInput.safeParse(input).success).toBe(false);
  });
});
