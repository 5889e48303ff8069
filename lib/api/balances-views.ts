import type * as z from 'zod/mini';
import type { SlotRow } from '../account/snapshot.ts';
import { showBalances, showPoints } from '../account/summary-view.ts';
import type { AccountKey } from '../account-key.ts';
import { type Rule, viewRule } from '../alerts/rule.ts';
import type { DayRow } from '../balances/day-row.ts';
import type { AsOf, DayHistory, SlotHistory } from '../balances/history.ts';
import type { LastReading } from '../balances/latest-store.ts';
import { daySpan, type Span } from '../calendar.ts';
import { ageSeconds, instantText, slotText } from '../instants.ts';
import type { asOfSchema, dayHistorySchema, listSchema, slotHistorySchema, watchSchema } from './balances-contract.ts';
import { encodeCursor } from './cursor.ts';

type ListItem = z.infer<typeof listSchema>['items'][number];
type SlotItem = z.infer<typeof slotHistorySchema>['items'][number];
type DayItem = z.infer<typeof dayHistorySchema>['items'][number];

/** One account of the list. @param now epoch ms, for the age of what is known */
export function viewListed(account: AccountKey, last: LastReading | null, now: number): ListItem {
  const { companyId, cardAccountId } = account;
  if (!last) return { companyId, cardAccountId, latest: null };
  const { slot, observedAt, snapshot } = last;
  return {
    companyId,
    cardAccountId,
    latest: {
      slot: slot === null ? null : slotText(slot),
      observedAt: instantText(observedAt),
      ageSeconds: ageSeconds(observedAt, now),
      accountType: snapshot.accountType,
      cards: snapshot.cards,
      balances: showBalances(snapshot.balances),
      points: showPoints(snapshot.points),
    },
  };
}

/** A page of slots; its cursor goes on to the end of the span that was asked for. */
export function viewSlots({ items, coverage, next }: SlotHistory, { to }: Span): z.infer<typeof slotHistorySchema> {
  return {
    kind: 'slots',
    items: items.map(viewSlot),
    coverage,
    nextCursor: next === null ? null : encodeCursor({ kind: 'slot', from: next, to }),
  };
}

function viewSlot(row: SlotRow): SlotItem {
  const slot = slotText(row.slot);
  if (row.status !== 'measured') {
    return { slot, status: row.status, observedAt: null, balances: null, reason: row.reason };
  }
  const { status, observedAt, snapshot } = row;
  return { slot, status, observedAt: instantText(observedAt), balances: showBalances(snapshot.balances) };
}

/** A page of IST days, as `viewSlots`. */
export function viewDays({ items, coverage, next }: DayHistory, { to }: Span): z.infer<typeof dayHistorySchema> {
  return {
    kind: 'days',
    items: items.map(viewDay),
    coverage,
    nextCursor: next === null ? null : encodeCursor({ kind: 'day', from: next, to }),
  };
}

export function viewDay({ day, coverage, range }: DayRow): DayItem {
  const slot = slotText(daySpan(day).from);
  if (!range) {
    const nothing = { observedAt: null, balances: null, open: null, close: null, min: null, max: null };
    return { day, slot, status: coverage.failed > 0 ? 'failed' : 'missed', ...nothing, ...coverage };
  }
  const close = showBalances(range.close);
  return {
    day,
    slot,
    status: 'measured',
    observedAt: instantText(range.observedAt),
    balances: close,
    open: showBalances(range.open),
    close,
    min: showBalances(range.min),
    max: showBalances(range.max),
    ...coverage,
  };
}

/** The balance at an instant (epoch ms), with its age then. */
export function viewAsOf({ slot, observedAt, balances }: AsOf, at: number): z.infer<typeof asOfSchema> {
  return {
    kind: 'asOf',
    at: instantText(at),
    slot: slotText(slot),
    status: 'measured',
    observedAt: instantText(observedAt),
    ageSeconds: ageSeconds(observedAt, at),
    balances: showBalances(balances),
  };
}

/** A watch and its rule. @param since epoch ms */
export function viewWatch(
  { companyId, cardAccountId }: AccountKey,
  since: number,
  rule: Rule | null,
): z.infer<typeof watchSchema> {
  return { companyId, cardAccountId, watchedSince: instantText(since), lowBalance: rule && viewRule(rule) };
}
