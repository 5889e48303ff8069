import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotRow } from '../../../lib/account/snapshot.ts';
import { type AlertMemory, decide } from '../../../lib/alerts/decide.ts';
import { balanceEvent, balanceEventSchema, type EventType } from '../../../lib/alerts/events.ts';
import { lowBalanceInput, type Rule } from '../../../lib/alerts/rule.ts';
import { account, MINUTE, measured, midnight, missed, quarterHours, rule } from '../../rigs/samples.ts';

const start = midnight - MINUTE;
const QUARTER = 15 * MINUTE;

/** One value per slot (paise), null for a slot without a balance. @returns the events as `<slot index> <type>` */
function play(values: readonly (number | null)[], by: Rule = rule): string[] {
  let memory: AlertMemory | null = null;
  const events: string[] = [];
  for (const [index, value] of values.entries()) {
    const slot = midnight + index * QUARTER;
    const row: SlotRow = value === null ? missed(slot) : measured(slot, value);
    const decision = decide({ rule: by, start }, memory, row, quarterHours);
    if (decision.occurrence) events.push(`${index} ${decision.occurrence.type}`);
    memory = decision.memory;
  }
  return events;
}

describe('a low-balance rule', () => {
  test('reports a balance below the limit once it is confirmed, and only once', () => {
    expect(play([150_000, 99_999, 99_000, 98_000, 97_000])).toEqual(['2 BalanceLow']);
  });

  test('counts a balance at the limit as high enough', () => {
    expect(play([100_000, 100_000, 100_000])).toEqual([]);
  });

  test('forgets a single dip', () => {
    expect(play([150_000, 1, 150_000, 1, 150_000])).toEqual([]);
  });

  test('reports recovery at recoverAt, not at the limit', () => {
    expect(play([1, 1, 110_000, 119_999, 110_000, 120_000, 120_000])).toEqual(['1 BalanceLow', '6 BalanceRecovered']);
  });

  test('reports each crossing with at least the cooldown between two BalanceLow', () => {
    const down = [1, 1];
    const up = [200_000, 200_000];
    expect(play([...down, ...up, ...down, ...up])).toEqual([
      '1 BalanceLow',
      '3 BalanceRecovered',
      '5 BalanceLow',
      '7 BalanceRecovered',
    ]);
    const slow = { ...rule, cooldownMs: 4 * 3_600_000 };
    expect(play([...down, ...up, ...down, ...up], slow)).toEqual(['1 BalanceLow', '3 BalanceRecovered']);
    expect(play([...down, ...up, ...Array<number>(14).fill(1)], slow)).toEqual([
      '1 BalanceLow',
      '3 BalanceRecovered',
      '17 BalanceLow',
    ]);
  });

  test('reports an unknown balance after three slots without one, once', () => {
    expect(play([150_000, null, null, 150_000, null, null, null, null, null])).toEqual(['6 BalanceUnknown']);
    expect(play([null, null, null, null])).toEqual(['2 BalanceUnknown']);
  });

  test('says what an unknown balance turned out to be', () => {
    expect(play([150_000, null, null, null, 150_000, 150_000])).toEqual(['3 BalanceUnknown', '5 BalanceRecovered']);
    expect(play([150_000, null, null, null, 1, 1])).toEqual(['3 BalanceUnknown', '5 BalanceLow']);
  });

  test('treats a balance that EnKash does not state as unknown', () => {
    const onCards: Rule = { ...rule, balance: 'availableOnCards' };
    const unstated = (slot: number): SlotRow => {
      const row = measured(slot, 1);
      if (row.status !== 'measured') return row;
      return { ...row, snapshot: { ...row.snapshot, balances: { ...row.snapshot.balances, availableOnCards: null } } };
    };
    let memory: AlertMemory | null = null;
    const types: (EventType | undefined)[] = [];
    for (const index of [0, 1, 2]) {
      const decision = decide({ rule: onCards, start }, memory, unstated(midnight + index * QUARTER), quarterHours);
      types.push(decision.occurrence?.type);
      memory = decision.memory;
    }
    expect(types).toEqual([undefined, undefined, 'BalanceUnknown']);
  });

  test('begins anew when the rule changes or the account is watched again', () => {
    const low = decide({ rule: { ...rule, confirmations: 1 }, start }, null, measured(midnight, 1), quarterHours);
    expect(low.occurrence?.type).toBe('BalanceLow');
    const other = { ...rule, below: 90_000, confirmations: 1 };
    const next = measured(midnight + QUARTER, 1);
    expect(decide({ rule: other, start }, low.memory, next, quarterHours).occurrence?.type).toBe('BalanceLow');
    const again = { rule: { ...rule, confirmations: 1 }, start: start + 1 };
    expect(decide(again, low.memory, next, quarterHours).occurrence?.type).toBe('BalanceLow');
  });

  test('knows a new rule on an account of long ago for three slots before it calls the balance unknown', () => {
    const long = { rule, start: start - 30 * 96 * QUARTER };
    let memory: AlertMemory | null = null;
    const types = [0, 1, 2].map((index) => {
      const decision = decide(long, memory, missed(midnight + index * QUARTER), quarterHours);
      memory = decision.memory;
      return decision.occurrence?.type;
    });
    expect(types).toEqual([undefined, undefined, 'BalanceUnknown']);
  });

  test('is not moved by a slot that comes twice or late', async () => {
    const slots = fc.array(fc.oneof(fc.integer({ min: 0, max: 250_000 }), fc.constant(null)), { maxLength: 40 });
    await fc.assert(
      fc.property(slots, fc.nat(), (values, seed) => {
        let memory: AlertMemory | null = null;
        const rows = values.map((value, index) =>
          value === null ? missed(midnight + index * QUARTER) : measured(midnight + index * QUARTER, value),
        );
        for (const [index, row] of rows.entries()) {
          memory = decide({ rule, start }, memory, row, quarterHours).memory;
          const older = rows[(seed + index * 7) % (index + 1)];
          if (older?.status !== 'measured') continue;
          const again = decide({ rule, start }, memory, older, quarterHours);
          expect(again.occurrence).toBeUndefined();
          expect(again.memory).toEqual(memory);
        }
      }),
    );
  });

  test('tells consumers a sequence in which no type follows itself, whatever the balances', async () => {
    const slots = fc.array(fc.oneof(fc.integer({ min: 80_000, max: 140_000 }), fc.constant(null)), { maxLength: 120 });
    await fc.assert(
      fc.property(slots, fc.integer({ min: 1, max: 4 }), (values, confirmations) => {
        const types = play(values, { ...rule, confirmations, cooldownMs: 0 }).map((event) => event.split(' ')[1]);
        expect(types.some((type, index) => type === types[index + 1])).toBe(false);
        if (types[0] !== undefined) expect(types[0]).not.toBe('BalanceRecovered');
      }),
    );
  });
});

describe('an event', () => {
  const low = {
    type: 'BalanceLow',
    slot: midnight,
    value: 99_999,
    observedAt: midnight + 2_000,
    lastMeasuredSlot: midnight,
  } as const;

  test('follows its documented schema', () => {
    const event = balanceEvent(account, rule, low);
    expect(balanceEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      value: '999.99',
      slot: '2026-11-22T18:30:00Z',
      rule: { below: '1000.00', recoverAt: '1200.00' },
    });
  });

  test('has one id for each account, rule, slot and direction', () => {
    const ids = new Set([
      balanceEvent(account, rule, low).eventId,
      balanceEvent({ ...account, cardAccountId: 'CATEST002' }, rule, low).eventId,
      balanceEvent(account, { ...rule, below: 1 }, low).eventId,
      balanceEvent(account, rule, { ...low, slot: midnight + QUARTER }).eventId,
      balanceEvent(account, rule, { ...low, type: 'BalanceRecovered' }).eventId,
    ]);
    expect(ids.size).toBe(5);
    expect(balanceEvent(account, rule, { ...low, value: 1 }).eventId).toBe(balanceEvent(account, rule, low).eventId);
  });
});

describe('lowBalance as callers give it', () => {
  test('defaults to two confirmations, an hour, and recovery at 120 %', () => {
    expect(lowBalanceInput.parse({ balance: 'available', below: '1000.00' })).toEqual(rule);
    expect(lowBalanceInput.parse({ balance: 'available', below: '-100.00' })).toMatchObject({
      below: -10_000,
      recoverAt: -8_000,
    });
  });

  test.each([
    { balance: 'available' },
    { balance: 'usedCredit', below: '1.00' },
    { balance: 'available', below: '1.001' },
    { balance: 'available', below: 1000 },
    { balance: 'available', below: '1e3' },
    { balance: 'available', below: '10.00', recoverAt: '9.99' },
    { balance: 'available', below: '10.00', confirmations: 0 },
    { balance: 'available', below: '10.00', cooldownSeconds: -1 },
    { balance: 'available', below: '10.00', extra: true },
  ])('refuses %j', (input) => {
    expect(lowBalanceInput.safeParse(input).success).toBe(false);
  });
});
