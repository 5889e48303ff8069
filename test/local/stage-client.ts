import * as z from 'zod';
import type { AccountId } from './enkash-accounts.ts';
import type { OAuthClient } from './oauth-issuer.ts';

export type StageEndpoints = {
  readonly url: string;
  readonly tokenUrl: string;
  readonly callers: readonly OAuthClient[];
  readonly accounts: readonly AccountId[];
};
export type StageAnswer = {
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
  /** Of a problem. */
  readonly code: string | undefined;
  readonly reason: string | undefined;
};

const tokenSchema = z.object({ access_token: z.string() });
const problemSchema = z.object({ code: z.string(), reason: z.string().optional() });

/** An access token as a caller gets it. */
export async function fetchToken(tokenUrl: string, { clientId, clientSecret }: OAuthClient): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return tokenSchema.parse(await response.json()).access_token;
}

export const accountUrl = (url: string, { companyId, cardAccountId }: AccountId): string =>
  `${url}/v1/companies/${companyId}/card-accounts/${cardAccountId}`;

/** The main job, once: the first caller reads the first account. */
export async function readAccount({ url, tokenUrl, callers, accounts }: StageEndpoints): Promise<StageAnswer> {
  const [caller] = callers;
  const [account] = accounts;
  if (!caller || !account) throw new Error('The stage has no caller or no account');
  const target = accountUrl(url, account);
  const token = await fetchToken(tokenUrl, caller);
  const response = await fetch(target, { headers: { authorization: `Bearer ${token}` } });
  const body: unknown = await response.json();
  const { code, reason } = problemSchema.safeParse(body).data ?? {};
  return { url: target, status: response.status, body, code, reason };
}
