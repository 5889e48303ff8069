import * as z from 'zod/mini';
import { summaryViewSchema } from '../account/summary-view.ts';
import type { AccountKey } from '../account-key.ts';
import { accountKey, MOST_SECONDS } from './account-contract.ts';
import { problemSchema } from './problem.ts';

const MOST_ACCOUNTS = 25;

const seconds = z.optional(
  z
    .int('must be a whole number of seconds')
    .check(z.minimum(0, 'must be at least 0'), z.maximum(MOST_SECONDS, `must be at most ${MOST_SECONDS}`)),
);

export const batchBody = z.strictObject(
  {
    accounts: z
      .array(accountKey, 'must be a list of accounts')
      .check(
        z.minLength(1, 'must name an account'),
        z.maxLength(MOST_ACCOUNTS, `must name at most ${MOST_ACCOUNTS} accounts`),
        z.refine(noneTwice, 'must not name an account twice'),
        z.meta({ uniqueItems: true }),
      ),
    maxAge: seconds,
    staleIfError: seconds,
  },
  'must be a JSON object',
);

function noneTwice(accounts: readonly AccountKey[]): boolean {
  const names = accounts.map(({ companyId, cardAccountId }) => `${companyId}/${cardAccountId}`);
  return new Set(names).size === names.length;
}

/** In the order asked; of `account` and `problem` one is null. */
export const batchSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      ...accountKey.shape,
      account: z.nullable(summaryViewSchema),
      problem: z.nullable(problemSchema),
    }),
  ),
});
export type BatchItem = z.infer<typeof batchSchema>['items'][number];
