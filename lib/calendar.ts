/** Asia/Kolkata is UTC+5:30 all year round: an IST day begins at 18:30 UTC. */
export const IST_OFFSET_MS = 330 * 60_000;
export const DAY_MS = 86_400_000;
/** How long a slot's row is kept; rows of days stay. Reads by age and quotas of history are derived from it. */
export const RAW_DAYS = 90;

/** A half-open span of epoch ms: `from` is in it, `to` is not. */
export type Span = { readonly from: number; readonly to: number };

/** The IST date of an instant, `YYYY-MM-DD`. */
export function istDay(at: number): string {
  return new Date(at + IST_OFFSET_MS).toISOString().slice(0, 10);
}

/** An IST date's span. @param day `YYYY-MM-DD` */
export function daySpan(day: string): Span {
  const from = Date.parse(`${day}T00:00:00Z`) - IST_OFFSET_MS;
  return { from, to: from + DAY_MS };
}

/** The IST dates from `first` to `last`, both included. */
export function daysBetween(first: string, last: string): string[] {
  const { from } = daySpan(first);
  const count = Math.max(0, Math.round((daySpan(last).from - from) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, index) => istDay(from + index * DAY_MS));
}

const IST_TIMESTAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
/** What Java and JavaScript write for a time: with `T`, a fraction, a zone. */
const ANY_TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:[.,]\d{1,9})?\s?(Z|[+-]\d{2}:?\d{2})?$/i;
/** Epoch ms from 2001 to 2096; in seconds these would lie in the remote past or future. */
const EPOCH_MS = /^[123]\d{12}$/;

/**
 * A time as EnKash may state it, in EnKash's documented form `yyyy-MM-dd HH:mm:ss` (IST): a fraction is cut off.
 * @returns undefined for what is no time
 */
export function readTimestamp(value: unknown): string | undefined {
  const text = String(value);
  if (EPOCH_MS.test(text)) return istText(Number(text));
  const [, day, time, zone] = ANY_TIMESTAMP.exec(text) ?? [];
  const ist = `${day} ${time}`;
  if (day === undefined || istToUtc(ist) === null) return undefined;
  if (zone === undefined) return ist;
  const epochMs = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2').toUpperCase()}`);
  return Number.isNaN(epochMs) ? undefined : istText(epochMs);
}

function istText(epochMs: number): string {
  return new Date(epochMs + IST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** EnKash's timestamps carry no zone; they are read as IST (inferred). @returns null for anything that is not one. */
export function istToUtc(timestamp: string): string | null {
  if (!IST_TIMESTAMP.test(timestamp)) return null;
  const local = timestamp.replace(' ', 'T');
  const time = Date.parse(`${local}Z`);
  // Date.parse makes the 3rd of March of a 31st of February.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(local)) return null;
  return new Date(time - IST_OFFSET_MS).toISOString().replace('.000Z', 'Z');
}
