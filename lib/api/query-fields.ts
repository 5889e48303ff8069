import * as z from 'zod/mini';
import { daySpan } from '../calendar.ts';

// What queries hold: instants, dates and limits.

export const EARLIEST = Date.parse('2020-01-01T00:00:00Z');
export const LATEST = Date.parse('2100-01-01T00:00:00Z');
const mustBeNow = 'must lie between 2020 and 2100';
const epochMs = z.number().check(z.minimum(EARLIEST, mustBeNow), z.maximum(LATEST, mustBeNow));

/** RFC 3339 with offset; `+0530` is read as well, and a space is read as the `+` from which a URL decoder made it. */
export const instantIn = z.pipe(
  z.pipe(
    z.string().check(z.meta({ format: 'date-time' })),
    z.transform((text) => text.toUpperCase().replace(/([-+ ])(\d\d):?(\d\d)$/, offsetText)),
  ),
  z.pipe(
    z.pipe(
      z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant with offset' }),
      z.transform((text) => Date.parse(text)),
    ),
    epochMs,
  ),
);
function offsetText(_: string, sign: string, hours: string, minutes: string): string {
  return `${sign === '-' ? '-' : '+'}${hours}:${minutes}`;
}

/** An IST date stands for the instant at which it begins. */
export const dateIn = z.pipe(
  z.pipe(
    z.iso.date(),
    z.transform((day) => daySpan(day).from),
  ),
  epochMs,
);
/** A date, then perhaps a time with offset: two formats at once have no name in JSON Schema. */
// Not by `z.core.regexes`: all of zod, each of its languages included, would come into the bundle.
const boundPattern = `${z.iso.date()._zod.def.pattern?.source}`.replace(
  /\$$/,
  String.raw`([Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[-+]([01]\d|2[0-3]):?[0-5]\d))?$`,
);
export const bound = z
  .union([instantIn, dateIn], 'must be an RFC 3339 instant with offset, or an IST date')
  .check(z.meta({ type: 'string', pattern: boundPattern }));

export const wholeUpTo = (most: number, shown: { readonly default?: number } = {}) =>
  z.pipe(
    z
      .string()
      .check(
        z.regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1'),
        z.meta({ type: 'integer', minimum: 1, maximum: most, ...shown }),
      ),
    z.pipe(z.transform(Number), z.number().check(z.maximum(most, `must be at most ${most}`))),
  );

export const limitOf = (most: number, usual: number) => z._default(wholeUpTo(most, { default: usual }), usual);
