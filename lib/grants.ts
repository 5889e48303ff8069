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

/** @returns the partner through whom a watched account is read now; undefined when no grant covers it */
export type PartnerOf = (watch: AccountKey & { readonly caller: string }) => string | undefined;

/** The grants by company: a watch is its own caller's first, and goes on under another one's grant. */
export function partnersByGrants(grants: Grants): PartnerOf {
  const entries = Object.entries(grants).flatMap(([caller, { grants: list }]) =>
    list.map((grant) => ({ caller, grant })),
  );
  const byCompany = Map.groupBy(entries, ({ grant }) => grant.companyId);
  return (watch) => {
    const covering = (byCompany.get(watch.companyId) ?? []).filter(({ grant }) => covers(grant, watch));
    return (covering.find(({ caller }) => caller === watch.caller) ?? covering[0])?.grant.partner;
  };
}
