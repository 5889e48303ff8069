import type * as z from 'zod';
import { type AccountKey, showBalances, summaryView } from '../account.ts';
import { daySpan, type Span } from '../calendar.ts';
import { ageSeconds, liveFreshness, toInstant } from '../freshness.ts';
import { formatPaise } from '../money.ts';
import { instantOf } from '../slots.ts';
import type { asOfSchema, dayHistorySchema, listSchema, slotHistorySchema, watchSchema } from './contract.ts';
import { encodeCursor } from './cursor.ts';
import type { DayRow } from './day-row.ts';
import type { AsOf, DayHistory, SlotHistory } from './history.ts';
import type { LastReading } from './latest-store.ts';
import type { SlotRow } from './rows.ts';
import type { Rule } from './rule.ts';

type ListItem = z.infer<typeof listSchema>['items'][number];
type SlotItem = z.infer<typeof slotHistorySchema>['items'][number];
type DayItem = z.infer<typeof dayHistorySchema>['items'][number];

export function viewListed(account: AccountKey, last: LastReading | null, now: number): ListItem {
  const { companyId, cardAccountId } = account;
  if (!last) return { companyId, cardAccountId, latest: null };
  const { slot, observedAt, snapshot } = last;
  const unnamed = { companyId, cardAccountId, companyName: null, accountTitle: null, ...snapshot };
  const { accountType, cards, balances, points } = summaryView(unnamed, liveFreshness(observedAt, now));
  return {
    companyId,
    cardAccountId,
    latest: {
      slot: slot === null ? null : instantOf(slot),
      observedAt: toInstant(observedAt),
      ageSeconds: ageSeconds(observedAt, now),
      accountType,
      cards,
      balances,
      points,
    },
  };
}

export function viewSlots({ items, coverage, next }: SlotHistory, { to }: Span): z.infer<typeof slotHistorySchema> {
  return {
    items: items.map(viewSlot),
    coverage,
    nextCursor: next === null ? null : encodeCursor({ kind: 'slot', from: next, to }),
  };
}

function viewSlot(row: SlotRow): SlotItem {
  const slot = instantOf(row.slot);
  if (row.status !== 'measured') {
    return { slot, status: row.status, observedAt: null, balances: null, reason: row.reason };
  }
  const { status, observedAt, snapshot } = row;
  return { slot, status, observedAt: toInstant(observedAt), balances: showBalances(snapshot.balances) };
}

export function viewDays({ items, coverage, next }: DayHistory, { to }: Span): z.infer<typeof dayHistorySchema> {
  return {
    items: items.map(viewDay),
    coverage,
    nextCursor: next === null ? null : encodeCursor({ kind: 'day', from: next, to }),
  };
}

function viewDay({ day, coverage, range }: DayRow): DayItem {
  const slot = instantOf(daySpan(day).from);
  if (!range) {
    const nothing = { observedAt: null, balances: null, open: null, close: null, min: null, max: null };
    return { day, slot, status: coverage.failed > 0 ? 'failed' : 'missed', ...nothing, ...coverage };
  }
  const close = showBalances(range.close);
  return {
    day,
    slot,
    status: 'measured',
    observedAt: toInstant(range.observedAt),
    balances: close,
    open: showBalances(range.open),
    close,
    min: showBalances(range.min),
    max: showBalances(range.max),
    ...coverage,
  };
}

export function viewAsOf({ slot, observedAt, balances }: AsOf, at: number): z.infer<typeof asOfSchema> {
  return {
    at: toInstant(at),
    slot: instantOf(slot),
    status: 'measured',
    observedAt: toInstant(observedAt),
    ageSeconds: ageSeconds(observedAt, at),
    balances: showBalances(balances),
  };
}

export function viewWatch(
  { companyId, cardAccountId }: AccountKey,
  since: number,
  rule: Rule | null,
): z.infer<typeof watchSchema> {
  const lowBalance = rule && {
    balance: rule.balance,
    below: formatPaise(rule.below),
    recoverAt: formatPaise(rule.recoverAt),
    confirmations: rule.confirmations,
    cooldownSeconds: rule.cooldownMs / 1000,
  };
  return { companyId, cardAccountId, watchedSince: toInstant(since), lowBalance };
}
