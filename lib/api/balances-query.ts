import { DAY_MS, RAW_DAYS, type Span } from '../calendar.ts';
import { RequestError } from '../errors.ts';
import type { BalancesQuery } from './balances-contract.ts';

/** What a request for balances comes down to. */
export type Asked =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'slot' | 'day'; readonly span: Span; readonly limit: number };

const usualMs = { slot: DAY_MS, day: 30 * DAY_MS };
/** Slots expire, days stay. The spare days are for a span that begins or ends within one. */
const mostMs = { slot: (RAW_DAYS + 2) * DAY_MS, day: 3660 * DAY_MS };

/** @throws RequestError INVALID_REQUEST for parameters that contradict each other */
export function askedFor(query: BalancesQuery, now: number): Asked {
  const { at, cursor, from, to, interval, limit } = query;
  if (at !== undefined) {
    if (cursor ?? from ?? to ?? interval) throw wrong('at', 'excludes from, to, interval and cursor');
    if (at > now) throw wrong('at', 'must not be in the future');
    return { kind: 'at', at };
  }
  if (cursor) {
    if (interval && interval !== cursor.kind) throw wrong('cursor', 'is of another interval');
    return { kind: cursor.kind, span: checked(cursor.kind, cursor, 'cursor'), limit };
  }
  const kind = interval ?? 'slot';
  const end = to ?? Math.max(now, from ?? 0);
  return { kind, span: checked(kind, { from: from ?? end - usualMs[kind], to: end }, 'to'), limit };
}

function checked(kind: 'slot' | 'day', { from, to }: Span, field: string): Span {
  if (from > to || (from === to && field === 'cursor')) throw wrong(field, 'must not be before from');
  if (to - from > mostMs[kind]) throw wrong(field, `must be at most ${mostMs[kind] / DAY_MS} days after from`);
  return { from, to };
}

function wrong(field: string, message: string): RequestError {
  return new RequestError('INVALID_REQUEST', [{ field, message }]);
}
