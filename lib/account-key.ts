import * as z from 'zod/mini';

/** EnKash's published form (api-10664805). */
export const companyId = z
  .string('must be a text')
  .check(z.regex(/^CEK[A-Z0-9]{7}$/, 'must be CEK and seven capital letters or digits'));
/** No length is published; the bound keeps keys and logs small. */
export const cardAccountId = z
  .string('must be a text')
  .check(z.regex(/^CA[A-Za-z0-9]{1,62}$/, 'must be CA and 1 to 62 letters or digits'));

/** Which card account: an id alone is not enough, since EnKash asks for both. */
export type AccountKey = { readonly companyId: string; readonly cardAccountId: string };
