import * as z from 'zod';
import { reason } from '../account/snapshot.ts';
import { balancesSchema, summaryViewSchema } from '../account/summary-view.ts';
import { cardAccountId, companyId } from '../account-key.ts';
import { lowBalanceInput, ruleViewSchema } from '../alerts/rule.ts';
import { daySpan } from '../calendar.ts';
import { instant } from '../instants.ts';
import { cursorOf } from './cursor.ts';

const EARLIEST = Date.parse('2020-01-01T00:00:00Z');
const LATEST = Date.parse('2100-01-01T00:00:00Z');

/** RFC 3339 with offset. A `+` that a URL decoder made a space is read as what it was. */
const instantIn = z
  .string()
  .meta({ format: 'date-time' })
  .transform((text) => text.replace(/ (\d\d:\d\d)$/, '+$1'))
  .pipe(z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant with offset' }))
  .transform((text) => Date.parse(text))
  .pipe(z.number().min(EARLIEST).max(LATEST));
/** An IST date stands for the instant at which it begins. */
const dateIn = z.iso
  .date()
  .transform((day) => daySpan(day).from)
  .pipe(z.number().min(EARLIEST).max(LATEST));
const bound = z.union([instantIn, dateIn], 'must be an RFC 3339 instant with offset, or an IST date');

const limitOf = (most: number, usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1')
    .transform(Number)
    .pipe(z.number().max(most, `must be at most ${most}`))
    .default(usual);

/** A month of 15-minute slots is 2,976: it fits one answer. */
const MOST_ITEMS = 3000;

export const companyPath = z.strictObject({ companyId });

export const listQuery = z.strictObject({
  limit: limitOf(500, 100),
  cursor: cursorOf(z.strictObject({ after: cardAccountId })).optional(),
});

const kind = z.enum(['slot', 'day']);
const position = z
  .strictObject({ kind, from: z.int().min(0).max(LATEST), to: z.int().min(EARLIEST).max(LATEST) })
  .refine(({ from, to }) => from < to);

export const balancesQuery = z.strictObject({
  from: bound
    .optional()
    .describe('inclusive; an RFC 3339 instant, or an IST date; default a day (30 for days) before `to`'),
  to: bound.optional().describe('exclusive; default now'),
  interval: kind.optional().describe('default slot'),
  limit: limitOf(MOST_ITEMS, 1000),
  cursor: cursorOf(position).optional().describe('`nextCursor` of the page before; replaces from, to and interval'),
  at: instantIn.optional().describe('asks for the last measured slot at or before it, and excludes the others'),
});
export type BalancesQuery = z.output<typeof balancesQuery>;

const coverageSchema = z.strictObject({
  expected: z.int(),
  measured: z.int(),
  failed: z.int(),
  missed: z.int(),
});
const status = z.enum(['measured', 'failed', 'missed']);
const { accountType, cards, points } = summaryViewSchema.shape;

export const listSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      companyId,
      cardAccountId,
      latest: z
        .strictObject({
          /** null when a caller's live read brought it. */
          slot: z.nullable(instant),
          observedAt: instant,
          ageSeconds: z.int().nonnegative(),
          accountType,
          cards,
          balances: balancesSchema,
          points,
        })
        .nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const slotHistorySchema = z.strictObject({
  items: z.array(
    z.strictObject({
      slot: instant,
      status,
      observedAt: z.nullable(instant),
      balances: z.nullable(balancesSchema),
      reason: z.optional(reason),
    }),
  ),
  coverage: coverageSchema,
  nextCursor: z.string().nullable(),
});

/** `slot` is the day's beginning, `balances` its close; all four ranges are null on a day without a measured slot. */
export const dayHistorySchema = z.strictObject({
  items: z.array(
    z.strictObject({
      day: z.iso.date(),
      slot: instant,
      status,
      observedAt: z.nullable(instant),
      balances: z.nullable(balancesSchema),
      open: z.nullable(balancesSchema),
      close: z.nullable(balancesSchema),
      min: z.nullable(balancesSchema),
      max: z.nullable(balancesSchema),
      ...coverageSchema.shape,
    }),
  ),
  coverage: coverageSchema,
  nextCursor: z.string().nullable(),
});

export const asOfSchema = z.strictObject({
  at: instant,
  slot: instant,
  status: z.literal('measured'),
  observedAt: instant,
  /** How old the balances were at `at`. */
  ageSeconds: z.int().nonnegative(),
  balances: balancesSchema,
});

export const watchBody = z.strictObject({ lowBalance: z.nullish(lowBalanceInput) });

export const watchSchema = z.strictObject({
  companyId,
  cardAccountId,
  watchedSince: instant,
  lowBalance: z.nullable(ruleViewSchema),
});
