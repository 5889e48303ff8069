import { createHash, randomBytes } from 'node:crypto';
import type { Grants } from '../../lib/grants.ts';
import type { AccountId } from './enkash-accounts.ts';
import type { OAuthClient } from './oauth-issuer.ts';

export const localPartner = 'local-partner';
export type StageCallers = {
  readonly clients: readonly [OAuthClient, OAuthClient];
  /** Client id -> caller name, as the functions' CALLERS. */
  readonly names: Readonly<Record<string, string>>;
  readonly grants: Grants;
};

const scopes = ['card-accounts/read', 'card-accounts/full', 'card-accounts/watch'] as const;
const elsewhere = ['CEKTEST002', 'CEKTEST003'] as const;
/** On loopback, before a sandbox, there is nothing to keep: a secret that is the same at each start can stay in a file. */
const sameSecret = (clientId: string) => createHash('sha256').update(`local stage, ${clientId}`).digest('base64url');
const newSecret = () => randomBytes(18).toString('base64url');

/**
 * The two callers of the local stage: one that may do everything with every account of the companies listed, and one
 * that may read another company alone.
 * @param real EnKash is no sandbox, so that the callers' secrets are made anew at each start
 */
export function createStageCallers(accounts: readonly AccountId[], real: boolean): StageCallers {
  const client = (clientId: string, granted: readonly string[]): OAuthClient => ({
    clientId,
    clientSecret: `local-${real ? newSecret() : sameSecret(clientId).slice(0, 24)}`,
    scopes: granted,
  });
  const companies = [...new Set(accounts.map(({ companyId }) => companyId))];
  const other = elsewhere.find((companyId) => !companies.includes(companyId)) ?? 'CEKTEST004';
  return {
    clients: [client('local-erp', scopes), client('local-auditor', scopes.slice(0, 1))],
    names: { 'local-erp': 'erp', 'local-auditor': 'auditor' },
    grants: {
      erp: { grants: companies.map((companyId) => ({ partner: localPartner, companyId })) },
      auditor: { grants: [{ partner: localPartner, companyId: other }] },
    },
  };
}
