import * as z from 'zod/mini';
import { reason } from '../account/snapshot.ts';
import { balancesSchema, summaryViewSchema } from '../account/summary-view.ts';
import { cardAccountId, companyId } from '../account-key.ts';
import { compiledStrictObject } from '../compiled-object.ts';
import { instant } from '../instants.ts';
import { cursorOf } from './cursor.ts';
import { bound, dateIn, EARLIEST, instantIn, LATEST, limitOf, wholeUpTo } from './query-fields.ts';

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

export const statesSchema = z.record(
  z.string(),
  z.strictObject({ phase: z.enum(['ok', 'low', 'unknown']), since: instant }),
);

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
    compiledStrictObject({
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
const dayItem = {
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
};

export const dayHistorySchema = z.strictObject({
  kind: z.literal('days'),
  items: z.array(compiledStrictObject(dayItem)),
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
  items: z.array(compiledStrictObject({ companyId, cardAccountId, ...dayItem })),
  coverage: coverageSchema,
  nextCursor: z.nullable(z.string()),
});
