import type * as z from 'zod/mini';
import type { SlotRow } from '../account/snapshot.ts';
import { showBalances, showPoints } from '../account/summary-view.ts';
import type { AccountKey } from '../account-key.ts';
import { viewRules } from '../alerts/rule.ts';
import type { Alerts } from '../balances/alerts-store.ts';
import type { DayRow } from '../balances/day-row.ts';
import type { AsOf, DayHistory, SlotHistory } from '../balances/history.ts';
import type { LastReading } from '../balances/latest-store.ts';
import type { Watch } from '../balances/watch-store.ts';
import { daySpan, type Span } from '../calendar.ts';
import { ageSeconds, instantText, slotText } from '../instants.ts';
import type { asOfSchema, dayHistorySchema, listSchema, slotHistorySchema } from './balances-contract.ts';
import { encodeCursor } from './cursor.ts';
import type { watchSchema } from './watch-contract.ts';

type ListItem = z.infer<typeof listSchema>['items'][number];
type SlotItem = z.infer<typeof slotHistorySchema>['items'][number];
type DayItem = z.infer<typeof dayHistorySchema>['items'][number];

export type Listed = {
  readonly account: AccountKey;
  readonly last: LastReading | null;
  readonly watch: Watch | undefined;
  readonly alerts: Alerts;
};

/** One account of the list. @param now epoch ms, for the age of what is known */
export function viewListed({ account, last, watch, alerts }: Listed, now: number): ListItem {
  const { companyId, cardAccountId } = account;
  const isWatched = watch !== undefined && watch.end === null;
  return {
    companyId,
    cardAccountId,
    latest: last && viewLatest(last, now),
    watched: isWatched ? { since: instantText(watch.since), states: statesOf(watch, alerts) } : null,
  };
}

function viewLatest({ slot, observedAt, snapshot }: LastReading, now: number): ListItem['latest'] {
  return {
    slot: slot === null ? null : slotText(slot),
    observedAt: instantText(observedAt),
    ageSeconds: ageSeconds(observedAt, now),
    accountType: snapshot.accountType,
    cards: snapshot.cards,
    balances: showBalances(snapshot.balances),
    points: showPoints(snapshot.points),
  };
}

/** Of each rule, by what was last told; of a rule that was never judged, since it is there. */
function statesOf({ rules }: Watch, { memory }: Alerts): z.infer<typeof watchSchema>['states'] {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const held = Object.hasOwn(memory, name) ? memory[name] : undefined;
      const known = held?.rule.since === rule.since ? held : { phase: 'ok' as const, since: rule.since };
      return [name, { phase: known.phase, since: instantText(known.since) }];
    }),
  );
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

const nothing = { observedAt: null, balances: null, cards: null, points: null } as const;

function viewSlot(row: SlotRow): SlotItem {
  const slot = slotText(row.slot);
  if (row.status !== 'measured') {
    return { slot, status: row.status, ...nothing, reason: row.reason };
  }
  const { status, observedAt, snapshot } = row;
  return {
    ...{ slot, status, observedAt: instantText(observedAt) },
    balances: showBalances(snapshot.balances),
    cards: snapshot.cards,
    points: showPoints(snapshot.points),
  };
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

const noBalances = {
  ...{ balances: null, open: null, close: null, min: null, max: null },
  ...{ increase: null, decrease: null, movementsComplete: false },
} as const;

export function viewDay({ day, coverage, range }: DayRow): DayItem {
  const slot = slotText(daySpan(day).from);
  if (!range) {
    const status = coverage.failed > 0 ? 'failed' : 'missed';
    return { day, slot, status, observedAt: null, ...noBalances, ...coverage };
  }
  const { movements } = range;
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
    increase: movements && showBalances(movements.increase),
    decrease: movements && showBalances(movements.decrease),
    movementsComplete: movements?.complete ?? false,
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

/** A watch, its rules and their states. */
export function viewWatch(watch: Watch, alerts: Alerts): z.infer<typeof watchSchema> {
  const { companyId, cardAccountId, since, rules } = watch;
  return {
    ...{ companyId, cardAccountId, since: instantText(since) },
    rules: viewRules(rules),
    states: statesOf(watch, alerts),
  };
}
