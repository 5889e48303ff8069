import * as fc from 'fast-check';
import type { SlotRow, Snapshot } from '../../lib/account/snapshot.ts';
import type { Rule, Rules } from '../../lib/alerts/rule.ts';
import type { WatchState } from '../../lib/balances/watch-spans.ts';
import { createTimetable } from '../../lib/slots.ts';
import { always } from '../../lib/timetables.ts';

export const MINUTE = 60_000;
export const quarterHours = createTimetable(900, 300);
export const alwaysQuarterHours = always(quarterHours);
/** 23 November 2026, 00:00 in India. */
export const midnight = Date.parse('2026-11-22T18:30:00Z');
export const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

type Account = { readonly companyId: string; readonly cardAccountId: string };

/** A watch of caller erp since midnight, but for what is given. */
export function watchOf(given: Account & Partial<WatchState>): WatchState {
  const { start = midnight } = given;
  const usual = {
    partner: 'acme',
    caller: 'erp',
    since: start,
    start,
    suspended: null,
    end: null,
    past: [],
    rules: {},
    edition: start,
  };
  return { ...usual, ...given };
}

export function accountNumber(index: number) {
  return {
    companyId: `CEKTEST${String(Math.floor(index / 1000) % 1000).padStart(3, '0')}`,
    cardAccountId: `CA${index}`,
  };
}

export function snapshotWith(available: number): Snapshot {
  return {
    accountType: 'EMPLOYEE_REWARDS',
    cards: { total: 34, active: 33 },
    balances: { available, availableOnCards: 9_241_544, usedCredit: -99_055_344, creditLimit: 0 },
    points: { allocated: 10_790_000, redeemed: 2_300_492, allocatedThisMonth: 2_000, redeemedThisMonth: 70_000 },
  };
}

export function measured(slot: number, available: number, observedAt = slot + 2_000): SlotRow {
  return { slot, status: 'measured', observedAt, snapshot: snapshotWith(available) };
}

export function missed(slot: number, reason = 'not-delivered'): SlotRow {
  return { slot, status: 'missed', reason };
}

/** A rule by the name `low` since a minute before midnight. */
export function rulesOf(by: Rule, since = midnight - MINUTE): Rules {
  return { low: { ...by, since } };
}

export const rule: Rule = {
  balance: 'available',
  below: 100_000,
  recoverAt: 120_000,
  confirmations: 2,
  cooldownMs: 3_600_000,
};

const paise = fc.integer({ min: -1e15, max: 1e15 });
const maybePaise = fc.option(paise);
const maybeCount = fc.option(fc.nat());
export const anySnapshot: fc.Arbitrary<Snapshot> = fc.record({
  accountType: fc.option(fc.constantFrom('CORPORATE', 'GIFT', 'PETTY_CASH')),
  cards: fc.record({ total: maybeCount, active: maybeCount }),
  balances: fc.record({
    available: paise,
    availableOnCards: maybePaise,
    usedCredit: maybePaise,
    creditLimit: maybePaise,
  }),
  points: fc.record({
    allocated: maybePaise,
    redeemed: maybePaise,
    allocatedThisMonth: maybePaise,
    redeemedThisMonth: maybePaise,
  }),
});
