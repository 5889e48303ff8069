import { describe, expect, test } from 'vitest';
import { balanceEvent, balanceEventSchema, readingsEvent, readingsEventSchema } from '../../../lib/alerts/events.ts';
import { carryOver, freshMemory, type WatchEdition } from '../../../lib/alerts/memory.ts';
import { account, midnight, rule, rulesOf } from '../../rigs/samples.ts';

const low = {
  type: 'BalanceLow',
  slot: midnight,
  value: 99_999,
  observedAt: midnight + 2_000,
  lastMeasuredSlot: midnight,
} as const;
const subject = { account, edition: midnight, named: { name: 'float', rule } };

describe('an event', () => {
  test('follows its documented schema', () => {
    const event = balanceEvent(subject, low);
    expect(balanceEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      ...{ value: '999.99', slot: '2026-11-22T18:30:00Z', ruleName: 'float' },
      rule: { below: '1000.00', recoverAt: '1200.00' },
    });
    const unavailable = readingsEvent(
      { partner: 'acme', companyId: account.companyId },
      'ReadingsUnavailable',
      midnight,
    );
    expect(readingsEventSchema.parse(unavailable)).toEqual(unavailable);
  });

  test('has one id for each account, rule, edition, slot and direction, whatever the balance', () => {
    const ids = new Set([
      balanceEvent(subject, low).eventId,
      balanceEvent({ ...subject, account: { ...account, cardAccountId: 'CATEST002' } }, low).eventId,
      balanceEvent({ ...subject, named: { name: 'other', rule } }, low).eventId,
      balanceEvent({ ...subject, edition: midnight + 1 }, low).eventId,
      balanceEvent(subject, { ...low, slot: midnight + 900_000 }).eventId,
      balanceEvent(subject, { ...low, type: 'BalanceRecovered' }).eventId,
    ]);
    expect(ids.size).toBe(6);
    expect(balanceEvent(subject, { ...low, value: 1 }).eventId).toBe(balanceEvent(subject, low).eventId);
  });
});

describe('fault 5: what is remembered, when the watch changes', () => {
  const told = { ...freshMemory({ ...rule, since: midnight }), phase: 'low' as const, since: midnight + 900_000 };
  const edition = (changed: Partial<WatchEdition>): WatchEdition => ({
    ...{ account, edition: midnight + 5_000, rules: rulesOf(rule, midnight), ended: null },
    ...changed,
  });
  const eventsOf = ({ events }: ReturnType<typeof carryOver>) =>
    events.map(({ type, ruleName, reason }) => [type, ruleName, reason]);

  test('keeps its phase under other limits', () => {
    const changed = carryOver({ low: told }, edition({ rules: rulesOf({ ...rule, below: 1 }, midnight) }));
    expect(changed.events).toEqual([]);
    expect(changed.memory.low).toMatchObject({ phase: 'low', rule: { below: 1 } });
  });

  test('ends with a rule that is removed, and begins anew when it is put back', () => {
    const removed = carryOver({ low: told }, edition({ rules: {} }));
    expect(eventsOf(removed)).toEqual([['BalanceWatchEnded', 'low', 'rule-removed']]);
    expect(removed.memory).toEqual({});
    const back = carryOver(removed.memory, edition({ rules: rulesOf(rule, midnight + 9_000) }));
    expect(back.memory.low).toMatchObject({ phase: 'ok', since: midnight + 9_000 });
  });

  test('begins anew when the rule is about another balance, and says that the old one has ended', () => {
    const other = carryOver({ low: told }, edition({ rules: rulesOf(rule, midnight + 9_000) }));
    expect(eventsOf(other)).toEqual([['BalanceWatchEnded', 'low', 'rule-removed']]);
    expect(other.memory.low?.phase).toBe('ok');
  });

  test('ends with the watch: for each rule, or for the watch itself', () => {
    expect(eventsOf(carryOver({ low: told }, edition({ ended: 'unwatched' })))).toEqual([
      ['BalanceWatchEnded', 'low', 'unwatched'],
    ]);
    expect(eventsOf(carryOver({}, edition({ rules: {}, ended: 'grant-removed' })))).toEqual([
      ['BalanceWatchEnded', undefined, 'grant-removed'],
    ]);
  });
});
