import * as z from 'zod/mini';
import { type AccountKey, cardAccountId, companyId } from './account-key.ts';
import { AccountNotFoundError } from './errors.ts';

/** One grant: in a stage's settings and beside the bundle. */
export const grantSchema = z.strictObject({
  partner: z.string('is needed').check(z.minLength(1, 'is empty')),
  companyId,
  /** Absent: every card account of the company. */
  cardAccountIds: z.optional(z.array(cardAccountId, 'must be a list').check(z.minLength(1, 'must not be empty'))),
});

/** What each caller, by name, may read. Written beside the bundle at synth. */
export const grantsSchema = z.record(z.string(), z.strictObject({ grants: z.array(grantSchema) }));

export type Grant = z.infer<typeof grantSchema>;
export type Grants = z.infer<typeof grantsSchema>;

/** The grants of a caller; none for one that is not listed. */
export function grantsOf(grants: Grants, caller: string): readonly Grant[] {
  return Object.hasOwn(grants, caller) ? (grants[caller]?.grants ?? []) : [];
}

/**
 * The partner through whom the caller may read the account; deny by default.
 * @throws AccountNotFoundError, which says the same for an account that is not there.
 */
export function authorize(grants: Grants, caller: string, account: AccountKey): string {
  const grant = grantsOf(grants, caller).find((candidate) => covers(candidate, account));
  if (!grant) throw new AccountNotFoundError();
  return grant.partner;
}

function covers({ companyId, cardAccountIds }: Grant, account: AccountKey): boolean {
  return companyId === account.companyId && (cardAccountIds?.includes(account.cardAccountId) ?? true);
}
