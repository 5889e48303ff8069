import * as z from 'zod';
import { cardAccountId, companyId } from '../account-key.ts';

/** The Cognito resource server; a token's claim says `card-accounts/read`. */
export const resourceServer = 'card-accounts';

/** The scopes and what each opens. */
export const scopeTexts = {
  read: 'Read card accounts and balances',
  full: 'Read every documented field',
  watch: 'Watch accounts',
} as const;

/** Which account: the parameters of a path, and the drop-in's body. */
export const accountKey = z.strictObject({ companyId, cardAccountId });

/** At most as old as the oldest slot that is kept, 90 days. */
const seconds = z
  .string()
  .regex(/^\d{1,7}$/, 'must be a whole number of seconds')
  .transform(Number)
  .pipe(z.number().max(7_776_000, 'must be at most 7776000'))
  .optional();

export const accountQuery = z
  .strictObject({
    view: z.enum(['summary', 'full']).default('summary').describe('`full` also needs the scope card-accounts/full'),
    maxAge: seconds.describe('Seconds: an answer up to this age will do; default is a live one'),
    staleIfError: seconds.describe('Seconds: when EnKash cannot be read, the last good answer up to this age'),
  })
  .refine(({ view, staleIfError }) => view === 'summary' || staleIfError === undefined, {
    path: ['staleIfError'],
    message: 'does not go with view=full',
  });

/** Of routes that take no query: a parameter that is there is a mistake. */
export const noQuery = z.strictObject({});
