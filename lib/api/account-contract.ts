import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { RAW_DAYS } from '../calendar.ts';

/** Which account: the parameters of a path, and the drop-in's body. */
export const accountKey = z.strictObject({ companyId, cardAccountId });

/** The drop-in's body: whatever else a client of EnKash sends is ignored, but not a body in EnKash's own encryption. */
export const dropInBody = z.pipe(
  z.looseObject({ companyId, cardAccountId }, 'must be a JSON object').check(
    z.refine(({ request }) => typeof request !== 'string', {
      path: ['request'],
      message: 'is an encrypted body: send plain JSON, {"companyId":"…","cardAccountId":"…"}',
      // Before the ids are there to be checked: an encrypted body has none.
      when: ({ value }) => z.safeParse(encryptedBody, value).success,
    }),
  ),
  z.transform(({ companyId, cardAccountId }) => ({ companyId, cardAccountId })),
);
const encryptedBody = z.looseObject({ request: z.string() });

/** At most as old as the oldest slot that is kept. */
const MOST_SECONDS = RAW_DAYS * 86_400;
const seconds = z.optional(
  z.pipe(
    z.string().check(z.regex(/^\d{1,7}$/, 'must be a whole number of seconds')),
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

/** Of routes that take none: what is there is a mistake. */
export const noQuery = z.strictObject({});
export const noParams = z.strictObject({});
export const noBody = z.undefined();
