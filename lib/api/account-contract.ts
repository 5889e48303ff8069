import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { RAW_DAYS } from '../calendar.ts';

/** Which account: the parameters of a path, and the drop-in's body. */
export const accountKey = z.strictObject({ companyId, cardAccountId });

/** At most as old as the oldest slot that is kept. */
export const MOST_SECONDS = RAW_DAYS * 86_400;
const seconds = z.optional(
  z.pipe(
    z
      .string()
      .check(
        z.regex(/^\d{1,7}$/, 'must be a whole number of seconds'),
        z.meta({ type: 'integer', minimum: 0, maximum: MOST_SECONDS }),
      ),
    z.pipe(z.transform(Number), z.number().check(z.maximum(MOST_SECONDS, `must be at most ${MOST_SECONDS}`))),
  ),
);

export const accountQuery = z
  .strictObject({
    view: z._default(z.enum(['summary', 'full'], "must be 'summary' or 'full'"), 'summary'),
    maxAge: seconds,
    staleIfError: seconds,
  })
  .check(
    z.refine(({ view, staleIfError }) => view === 'summary' || staleIfError === undefined, {
      path: ['staleIfError'],
      message: 'does not go with view=full',
    }),
  );

/** For routes that take none: anything given is a mistake. */
export const noQuery = z.strictObject({});
export const noParams = z.strictObject({});
export const noBody = z.undefined();
