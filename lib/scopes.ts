/** The Cognito resource server; a token's claim says `card-accounts/read`. */
export const resourceServer = 'card-accounts';

/** The scopes and what each opens. */
export const scopeTexts = {
  read: 'Read card accounts and balances',
  full: 'Read every documented field',
  watch: 'Watch accounts',
} as const;
export type Scope = keyof typeof scopeTexts;
export const scopeNames = ['read', 'full', 'watch'] as const satisfies readonly Scope[];

/** A scope as a token's claim has it: `card-accounts/read`. */
export function claimOf(scope: Scope): string {
  return `${resourceServer}/${scope}`;
}
