import * as z from 'zod/mini';
import { cardAccountId, companyId } from '../account-key.ts';
import { rulesInput, ruleViewSchema } from '../alerts/rule.ts';
import { instant } from '../instants.ts';
import { accountKey } from './account-contract.ts';
import { statesSchema } from './balances-contract.ts';
import { problemSchema } from './problem.ts';

export const watchBody = z.strictObject({ rules: z.optional(rulesInput) }, 'must be a JSON object');

export const watchSchema = z.strictObject({
  companyId,
  cardAccountId,
  since: instant,
  rules: z.record(z.string(), ruleViewSchema),
  /** Of each rule, by its name. */
  states: statesSchema,
});

/** Accounts in one request. */
export const MOST_WATCHED_AT_ONCE = 100;

export const watchCompanyBody = z.strictObject(
  {
    cardAccountIds: z.optional(
      z.array(cardAccountId, 'must be a list of card accounts').check(
        z.minLength(1, 'must name an account'),
        z.maxLength(MOST_WATCHED_AT_ONCE, `must name at most ${MOST_WATCHED_AT_ONCE} accounts`),
        z.refine((ids) => new Set(ids).size === ids.length, 'must not name an account twice'),
        z.meta({ uniqueItems: true }),
      ),
    ),
    rules: z.optional(rulesInput),
  },
  'must be a JSON object',
);

/** In the order asked; of `watch` and `problem` one is null. */
export const watchCompanySchema = z.strictObject({
  items: z.array(
    z.strictObject({
      ...accountKey.shape,
      watch: z.nullable(watchSchema),
      problem: z.nullable(problemSchema),
    }),
  ),
});
export type WatchItem = z.infer<typeof watchCompanySchema>['items'][number];
