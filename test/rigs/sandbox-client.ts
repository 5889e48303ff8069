import * as z from 'zod';
import { sandboxDecrypt, sandboxEncrypt } from '../local/enkash-cipher.ts';
import type { Credentials } from '../local/enkash-login.ts';
import type { EnkashSandbox } from '../local/enkash-sandbox.ts';

const fieldsSchema = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof fieldsSchema>;

export const fieldsOf = async (response: Response | Promise<Response>): Promise<Fields> =>
  fieldsSchema.parse(await (await response).json());

/** A login as enkash-api.md section 3 documents it; `changes` spoil it, `formChanges` spoil the form. */
export function login(sandbox: EnkashSandbox, changes: Partial<Credentials> = {}, formChanges = {}): Promise<Response> {
  const { basicId, basicSecret, username, password, clientId } = { ...sandbox.credentials, ...changes };
  return fetch(`${sandbox.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${basicId}:${basicSecret}`)}` },
    body: new URLSearchParams({ username, password, clientId, grant_type: 'password', ...formChanges }),
  });
}

export async function tokenOf(sandbox: EnkashSandbox): Promise<string> {
  const { access_token: token } = await fieldsOf(login(sandbox));
  return String(token);
}

type Read = { readonly cardAccountId?: string; readonly companyId?: string; readonly headers?: Record<string, string> };

/** The documented read, encrypted as the sandbox's partner is. */
export function readCard(sandbox: EnkashSandbox, token: string, read: Read = {}): Promise<Response> {
  const { partnerId, encryption, encryptionSecret } = sandbox.credentials;
  const { cardAccountId = 'CATEST001', companyId = 'CEKTEST001', headers } = read;
  const text = JSON.stringify({ cardAccountId, companyId });
  const sealed = () => (encryption === 'off' ? text : sandboxEncrypt(encryption, encryptionSecret, text));
  return fetch(`${sandbox.url}/api/v0/partner/enKashCard/cardAccount/get`, {
    method: 'POST',
    redirect: 'manual',
    headers: { partnerId, authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: encryption === 'off' ? text : JSON.stringify({ request: sealed() }),
  });
}

/** The reply as the partner reads it: unwrapped and decrypted once. */
export async function openReply(sandbox: EnkashSandbox, response: Response): Promise<unknown> {
  const { encryption, encryptionSecret } = sandbox.credentials;
  const body = await fieldsOf(response);
  const { request, response: base64 = request } = body;
  if (typeof base64 !== 'string' || encryption === 'off') return body;
  return JSON.parse(sandboxDecrypt(encryption, encryptionSecret, base64));
}
