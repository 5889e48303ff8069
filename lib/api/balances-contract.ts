import * as z from 'zod/mini';
import { reason } from '../account/snapshot.ts';
import { balancesSchema, summaryViewSchema } from '../account/summary-view.ts';
import { cardAccountId, companyId } from '../account-key.ts';
import { rulesInput, ruleViewSchema } from '../alerts/rule.ts';
import { daySpan } from '../calendar.ts';
import { instant } from '../instants.ts';
import { cursorOf } from './cursor.ts';

const EARLIEST = Date.parse('2020-01-01T00:00:00Z');
const LATEST = Date.parse('2100-01-01T00:00:00Z');
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
const dateIn = z.pipe(
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
const bound = z
  .union([instantIn, dateIn], 'must be an RFC 3339 instant with offset, or an IST date')
  .check(z.meta({ type: 'string', pattern: boundPattern }));

const wholeUpTo = (most: number, shown: { readonly default?: number } = {}) =>
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

/** A month of 15-minute slots is 2,976: it fits one answer. */
const MOST_ITEMS = 3000;

export const companyPath = z.strictObject({ companyId });

export const listQuery = z.strictObject({
  limit: limitOf(500, 100),
  cursor: z.optional(cursorOf(z.strictObject({ after: cardAccountId }))),
});

const kind = z.enum(['slot', 'day'], "must be 'slot' or 'day'");
const position = z
  .strictObject({
    kind,
    from: z.int().check(z.minimum(0), z.maximum(LATEST)),
    to: z.int().check(z.minimum(EARLIEST), z.maximum(LATEST)),
  })
  .check(z.refine(({ from, to }) => from < to));

export const balancesQuery = z.strictObject({
  from: z.optional(bound),
  to: z.optional(bound),
  interval: z.optional(kind),
  limit: limitOf(MOST_ITEMS, 1000),
  cursor: z.optional(cursorOf(position)),
  at: z.optional(instantIn),
});
export type BalancesQuery = z.output<typeof balancesQuery>;

export const coverageSchema = z.strictObject({
  expected: z.int(),
  measured: z.int(),
  failed: z.int(),
  missed: z.int(),
});
const status = z.enum(['measured', 'failed', 'missed']);
const { accountType, cards, points } = summaryViewSchema.shape;

const statesSchema = z.record(z.string(), z.strictObject({ phase: z.enum(['ok', 'low', 'unknown']), since: instant }));

export const listSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      companyId,
      cardAccountId,
      latest: z.nullable(
        z.strictObject({
          /** null when a caller's live read brought it. */
          slot: z.nullable(instant),
          observedAt: instant,
          ageSeconds: z.int().check(z.nonnegative()),
          accountType,
          cards,
          balances: balancesSchema,
          points,
        }),
      ),
      /** null: not in the schedule. */
      watched: z.nullable(z.strictObject({ since: instant, states: statesSchema })),
    }),
  ),
  nextCursor: z.nullable(z.string()),
});

export const slotHistorySchema = z.strictObject({
  kind: z.literal('slots'),
  items: z.array(
    z.strictObject({
      slot: instant,
      status,
      observedAt: z.nullable(instant),
      balances: z.nullable(balancesSchema),
      cards: z.nullable(cards),
      points: z.nullable(points),
      reason: z.optional(reason),
    }),
  ),
  coverage: coverageSchema,
  nextCursor: z.nullable(z.string()),
});

/** `slot` is the day's beginning, `balances` its close; all balances are null on a day without a measured slot. */
const dayItemSchema = z.strictObject({
  day: z.iso.date(),
  slot: instant,
  status,
  observedAt: z.nullable(instant),
  balances: z.nullable(balancesSchema),
  open: z.nullable(balancesSchema),
  close: z.nullable(balancesSchema),
  min: z.nullable(balancesSchema),
  max: z.nullable(balancesSchema),
  increase: z.nullable(balancesSchema),
  decrease: z.nullable(balancesSchema),
  movementsComplete: z.boolean(),
  ...coverageSchema.shape,
});

export const dayHistorySchema = z.strictObject({
  kind: z.literal('days'),
  items: z.array(dayItemSchema),
  coverage: coverageSchema,
  nextCursor: z.nullable(z.string()),
});

export const asOfSchema = z.strictObject({
  kind: z.literal('asOf'),
  at: instant,
  slot: instant,
  status: z.literal('measured'),
  observedAt: instant,
  /** How old the balances were at `at`. */
  ageSeconds: z.int().check(z.nonnegative()),
  balances: balancesSchema,
});

export const watchBody = z.strictObject({ rules: z.optional(rulesInput) }, 'must be a JSON object');

export const watchSchema = z.strictObject({
  companyId,
  cardAccountId,
  since: instant,
  rules: z.record(z.string(), ruleViewSchema),
  /** Of each rule, by its name. */
  states: statesSchema,
});

/** Days of all accounts of a company; `limit` counts accounts. */
export const companyBalancesQuery = z.strictObject({
  from: z.optional(dateIn),
  to: z.optional(dateIn),
  limit: z.optional(wholeUpTo(500)),
  cursor: z.optional(
    cursorOf(
      z.strictObject({
        after: cardAccountId,
        from: z.int().check(z.minimum(EARLIEST), z.maximum(LATEST)),
        to: z.int().check(z.minimum(EARLIEST), z.maximum(LATEST)),
      }),
    ),
  ),
});
export type CompanyBalancesQuery = z.output<typeof companyBalancesQuery>;

export const companyHistorySchema = z.strictObject({
  items: z.array(z.strictObject({ companyId, cardAccountId, ...dayItemSchema.shape })),
  coverage: coverageSchema,
  nextCursor: z.nullable(z.string()),
});
