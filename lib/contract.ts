import * as z from 'zod';
import { cardAccountId, companyId } from './account.ts';

/** `{companyId}/card-accounts/{cardAccountId}` in a path; also the drop-in's body. */
export const accountPath = z.strictObject({ companyId, cardAccountId });

export const accountQuery = z.strictObject({
  view: z.enum(['summary', 'full']).default('summary').describe('`full` also needs the scope card-accounts/full'),
});

export const dropInBody = accountPath;
