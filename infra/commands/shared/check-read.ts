import * as z from 'zod';
import type { AccountKey } from '../../../lib/account-key.ts';
import { LAMBDA_MS } from '../../../lib/budgets.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

export type Caller = { readonly clientId: string; readonly clientSecret: string };
export type ReadTarget = {
  readonly url: string;
  readonly tokenUrl: string;
  readonly mutualTls: boolean;
  readonly caller: Caller | undefined;
  readonly account: AccountKey | undefined;
  /** A secret that still holds its placeholder is all that may be missing after a first deployment. @default it is wrong */
  readonly placeholder?: 'is awaited';
  /** How commands that are shown name the stage. */
  readonly named: string;
  /** Where the card API is: named where something else answers there. */
  readonly enkashHost?: string;
};

const check = 'one read over HTTPS';
const tokenSchema = z.object({ access_token: z.string() });
const problemSchema = z.object({
  code: z.string(),
  reason: z.string().optional(),
  requestId: z.string().optional(),
});

/** As a caller of ours does it: a token, then the account. Shows status and code, nothing of the account. */
export async function checkRead({
  url,
  tokenUrl,
  mutualTls,
  caller,
  account,
  placeholder,
  named,
  enkashHost = 'the host of apiUrl',
}: ReadTarget): Promise<Finding> {
  if (mutualTls) return skipped(check, 'the API wants a client certificate; read with curl --cert from where it lies');
  if (!account) return skipped(check, 'no account is named: --company and --card-account');
  if (!caller) return skipped(check, 'no caller: set CLIENT_ID and CLIENT_SECRET, or give --caller-file');
  try {
    const token = await fetchToken(tokenUrl, caller);
    if (token === undefined) {
      return wrong(
        check,
        'the token endpoint refuses the caller',
        'Check client id and secret (Cognito, user pool of the stage).',
      );
    }
    return await read(
      `${url.replace(/\/+$/, '')}/v1/companies/${account.companyId}/card-accounts/${account.cardAccountId}`,
      token,
      {
        placeholder,
        enkashHost,
        probe: `npm run enkash -- probe ${named} --company ${account.companyId} --card-account ${account.cardAccountId}`,
      },
    );
  } catch {
    return wrong(check, 'the stage cannot be reached', `Check the network, and the output ApiUrl: ${url}`);
  }
}

async function fetchToken(tokenUrl: string, { clientId, clientSecret }: Caller): Promise<string | undefined> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(LAMBDA_MS),
  });
  const body = tokenSchema.safeParse(await response.json().catch(() => undefined));
  return response.ok ? body.data?.access_token : undefined;
}

async function read(
  target: string,
  token: string,
  { placeholder, enkashHost, probe }: { placeholder: ReadTarget['placeholder']; enkashHost: string; probe: string },
): Promise<Finding> {
  const started = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(target, { headers, redirect: 'manual', signal: AbortSignal.timeout(LAMBDA_MS) });
  const body: unknown = await response.json().catch(() => undefined);
  const ms = Math.round(performance.now() - started);
  if (response.status === 200) return ok(check, `200 in ${ms} ms`);
  const { code = 'no code', reason, requestId } = problemSchema.safeParse(body).data ?? {};
  if (code === 'CREDENTIALS_UNAVAILABLE' && reason === 'not-filled' && placeholder === 'is awaited') {
    return ok(check, "the partner's secret still holds its placeholder: fill it, nothing else is wrong");
  }
  if (reason === 'not-the-api') {
    return wrong(
      check,
      `${response.status} ${code}: what answers at ${enkashHost} is not EnKash's card API, in ${ms} ms`,
      'Compare enkash.apiUrl in cdk.json with the host that EnKash gave for cards. The host is right: EnKash is deploying; ask it after a quarter of an hour.',
    );
  }
  const shown = [code, reason, `request ${requestId ?? 'without an id'}`]
    .filter((part) => part !== undefined)
    .join(', ');
  return wrong(
    check,
    `${response.status} ${shown}, in ${ms} ms`,
    ofReason[reason ?? ''] ?? next(probe)[code] ?? 'Look for the request in the audit log.',
  );
}

const SEE_GATE = 'See the login gate above.';

/** The reason says more than the code. */
const ofReason: Readonly<Record<string, string>> = {
  'login-unanswered': SEE_GATE,
  'token-host-unavailable': SEE_GATE,
  'token-refused':
    'EnKash refuses the token that it issued: not the password, so do not rotate. Ask it about API rights, partnerId and the allow-list (runbook fresh-token-refused).',
  'egress-refused':
    'EnKash does not know our address: compare the egress address with its list (runbook egress-refused).',
};

/** Our error code -> what to do. */
const next = (probe: string): Readonly<Record<string, string>> => ({
  UNAUTHORIZED: 'The API does not know this token: is the caller of this stage?',
  FORBIDDEN_SCOPE: 'Give the caller the scope read in cdk.json, and deploy.',
  ACCOUNT_NOT_FOUND: `Is the account granted to this caller (cdk.json), and does EnKash know it? ${probe}`,
  PARTNER_LOGIN_BLOCKED: SEE_GATE,
  CREDENTIALS_UNAVAILABLE: 'See the secret above.',
  STORAGE_UNAVAILABLE: 'The balances table does not answer: look at its throttles and at AWS Health.',
  UPSTREAM_UNAVAILABLE: 'EnKash does not answer, or not well: see the runbook upstream-down.',
  UPSTREAM_TIMEOUT: 'EnKash is slow; nothing here needs a restart.',
  UPSTREAM_REFUSED: `What EnKash answers shows: ${probe}`,
  UPSTREAM_UNREADABLE: `What EnKash answers shows: ${probe}`,
  UPSTREAM_MISMATCH: 'A security incident: send EnKash the request id, and see the runbook upstream-mismatch.',
  BLOCKED: 'The firewall blocks you: see the WAF log.',
});
