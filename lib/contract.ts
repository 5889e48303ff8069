import * as z from 'zod';
import { cardAccountId, companyId } from './account.ts';

/** Which account: the parameters of a path, and the drop-in's body. */
export const accountKey = z.strictObject({ companyId, cardAccountId });

export const accountQuery = z.strictObject({
  view: z.enum(['summary', 'full']).default('summary').describe('`full` also needs the scope card-accounts/full'),
});
