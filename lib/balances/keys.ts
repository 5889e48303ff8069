import { createHash } from 'node:crypto';
import type { AccountKey } from '../account-key.ts';
import { istDay, type Span } from '../calendar.ts';
import { instantText, slotText } from '../instants.ts';

/**
 * The balances table: partition key `pk`, sort key `sk`, TTL attribute `expiresAt` (epoch seconds); no index.
 *
 * | row     | pk                                  | sk                              |
 * |---------|-------------------------------------|---------------------------------|
 * | slot    | `account#<companyId>#<cardAccountId>` | `slot#<instant>`              |
 * | day     | the same                            | `day#<IST date>`                |
 * | latest  | the same                            | `latest`                        |
 * | alerts  | the same                            | `alerts`                        |
 * | watch   | `watch#<shard>`                     | `<companyId>#<cardAccountId>`   |
 * | known   | `company#<companyId>`               | `<cardAccountId>`               |
 * | caller  | `caller#<name>`                     | `watched`                       |
 * | webhook | `webhook#<caller>`                  | `switch`                        |
 * | event   | `events#<companyId>#<IST day>`      | `<instant of arrival>#<event id>` |
 * | operator | `operate#<request id>`            | `request`                       |
 * | run     | `runs`                              | `slot#<instant>` or `day#<IST date>` |
 * | timetable | `runs`                            | `timetable#<instant>`           |
 * | job     | `job#<kind>#<slot or day>`          | `<part> of <parts>`             |
 * | outage  | `readings#<partner>`                | `<companyId>`                   |
 * | outage partner | `readings`                   | `<partner>`                     |
 *
 * DynamoDB takes 1,000 writes a second for one pk: what is written each slot is spread over accounts; the rows under one
 * company or shard are written only when an account is first known, watched or let go, and `runs` a few times a slot.
 */
export type RowKey = { readonly pk: string; readonly sk: string };

/** Enough for the planner to page a million accounts in parallel, few enough to query for a handful. Never changed. */
export const SHARDS = 16;
const OUTAGE_PARTNERS = 'readings';

export const keys = {
  slot: (account: AccountKey, slot: number): RowKey => ({ pk: accountPk(account), sk: `slot#${slotText(slot)}` }),
  day: (account: AccountKey, day: string): RowKey => ({ pk: accountPk(account), sk: `day#${day}` }),
  latest: (account: AccountKey): RowKey => ({ pk: accountPk(account), sk: 'latest' }),
  alerts: (account: AccountKey): RowKey => ({ pk: accountPk(account), sk: 'alerts' }),
  watch: (account: AccountKey): RowKey => ({ pk: shardPk(shardOf(account)), sk: watchSk(account) }),
  known: ({ companyId, cardAccountId }: AccountKey): RowKey => ({ pk: `company#${companyId}`, sk: cardAccountId }),
  caller: (caller: string): RowKey => ({ pk: `caller#${caller}`, sk: 'watched' }),
  operatorRequest: (requestId: string): RowKey => ({ pk: `operate#${requestId}`, sk: 'request' }),
  webhook: (caller: string): RowKey => ({ pk: `webhook#${caller}`, sk: 'switch' }),
  event: (companyId: string, arrivedAt: number, eventId: string): RowKey => ({
    pk: eventsPk(companyId, istDay(arrivedAt)),
    sk: `${instantText(arrivedAt)}#${eventId}`,
  }),
  slotRun: (slot: number): RowKey => ({ pk: 'runs', sk: `slot#${slotText(slot)}` }),
  dayRun: (day: string): RowKey => ({ pk: 'runs', sk: `day#${day}` }),
  job: ({ kind, at, part, of }: { kind: string; at: string; part: number; of: number }): RowKey => ({
    pk: jobPk(kind, at),
    sk: `${part} of ${of}`,
  }),
  outage: ({ partner, companyId }: { readonly partner: string; readonly companyId: string }): RowKey => ({
    pk: outagePk(partner),
    sk: companyId,
  }),
  outagePartner: (partner: string): RowKey => ({ pk: OUTAGE_PARTNERS, sk: partner }),
  timetable: (from: number): RowKey => ({ pk: 'runs', sk: `timetable#${slotText(from)}` }),
};

/** A Query: `condition` is its key condition, whose `:names` are bound by `values`. */
export type KeyQuery = { readonly condition: string; readonly values: Readonly<Record<string, string>> };

const WITHIN = 'pk = :pk AND sk BETWEEN :first AND :last';
const WHOLE = 'pk = :pk';

/** Every query there is, and nothing else reads more than one row but BatchGetItem on `keys`. Nothing scans. */
export const queries = {
  /** History, days computed at read time: an account's slots in a span. */
  slots: (account: AccountKey, { from, to }: Span): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': accountPk(account), ':first': slotFrom(from), ':last': slotBefore(to) },
  }),
  /** As-of (read backwards): an account's slots up to an instant, that instant included. */
  slotsUpTo: (account: AccountKey, at: number): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': accountPk(account), ':first': 'slot#', ':last': `slot#${slotText(at)}` },
  }),
  /** Daily history (forwards) and as-of beyond the slots' life (backwards): both days included. */
  days: (account: AccountKey, first: string, last: string): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': accountPk(account), ':first': `day#${first}`, ':last': `day#${last}` },
  }),
  /** Erasure: all that is kept of an account under its own pk. */
  account: (account: AccountKey): KeyQuery => ({ condition: WHOLE, values: { ':pk': accountPk(account) } }),
  /** Planner and reconciler: one shard of the registry of watched accounts. */
  shard: (shard: number): KeyQuery => ({ condition: WHOLE, values: { ':pk': shardPk(shard) } }),
  /** List: the accounts of a company that are known here. */
  company: (companyId: string): KeyQuery => ({ condition: WHOLE, values: { ':pk': `company#${companyId}` } }),
  /** Events of a company that arrived on one IST day, between two positions. */
  events: (companyId: string, day: string, first: string, last: string): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': eventsPk(companyId, day), ':first': first, ':last': last },
  }),
  /** Reconciler: the runs of the slots in a span. */
  slotRuns: ({ from, to }: Span): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': 'runs', ':first': slotFrom(from), ':last': slotBefore(to) },
  }),
  /** The jobs of a slot or day. */
  jobs: (kind: string, at: string): KeyQuery => ({ condition: WHOLE, values: { ':pk': jobPk(kind, at) } }),
  /** The companies that a partner's outage is about. */
  outages: (partner: string): KeyQuery => ({ condition: WHOLE, values: { ':pk': outagePk(partner) } }),
  /** The partners of which an outage was ever noted. */
  outagePartners: (): KeyQuery => ({ condition: WHOLE, values: { ':pk': OUTAGE_PARTNERS } }),
  /** Whatever asks what was expected: each timetable there was. */
  timetables: (): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': 'runs', ':first': 'timetable#', ':last': 'timetable#~' },
  }),
  /** Reconciler: the runs of some IST days, both ends included. */
  dayRuns: (first: string, last: string): KeyQuery => ({
    condition: WITHIN,
    values: { ':pk': 'runs', ':first': `day#${first}`, ':last': `day#${last}` },
  }),
};

function accountPk({ companyId, cardAccountId }: AccountKey): string {
  return `account#${companyId}#${cardAccountId}`;
}

function jobPk(kind: string, at: string): string {
  return `job#${kind}#${at}`;
}

function outagePk(partner: string): string {
  return `readings#${partner}`;
}

function eventsPk(companyId: string, day: string): string {
  return `events#${companyId}#${day}`;
}

function watchSk({ companyId, cardAccountId }: AccountKey): string {
  return `${companyId}#${cardAccountId}`;
}

function shardPk(shard: number): string {
  return `watch#${shard.toString(16).padStart(2, '0')}`;
}

function shardOf(account: AccountKey): number {
  return createHash('sha256').update(watchSk(account)).digest().readUInt32BE(0) % SHARDS;
}

/** Slots are whole seconds, so a span's ends move up to the next one. */
function slotFrom(from: number): string {
  return `slot#${slotText(Math.ceil(from / 1000) * 1000)}`;
}

function slotBefore(to: number): string {
  return `slot#${slotText(Math.ceil(to / 1000) * 1000 - 1000)}`;
}
