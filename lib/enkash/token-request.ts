import { CONNECT_MS, CONTROL_MS, LOGIN_MS } from '../budgets.ts';
import type { PartnerCredentials } from './credentials.ts';
import type { Send, TransportResult } from './transport.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' } as const;

/**
 * Sends one login (OAuth2 password grant, Basic client authentication) on a fresh socket. Never rejects, never retries.
 * @param sendBy epoch ms after which no byte of it is written; without it, any time within the login's own limits
 */
export function sendLogin(
  send: Send,
  tokenUrl: string,
  credentials: PartnerCredentials,
  sendBy?: number,
): Promise<TransportResult> {
  const { basicId, basicSecret, username, password, clientId } = credentials;
  const basic = Buffer.from(`${basicId}:${basicSecret}`).toString('base64');
  return send({
    url: new URL(tokenUrl),
    headers: { authorization: `Basic ${basic}`, ...form },
    body: new URLSearchParams({ username, password, grant_type: 'password', clientId }).toString(),
    connectMs: CONNECT_MS,
    callMs: LOGIN_MS,
    freshSocket: true,
    sendBy,
  });
}

/** The same without anything that EnKash could count for a user or a client: it tells whether the application answers. */
export function sendControl(send: Send, tokenUrl: string): Promise<TransportResult> {
  return send({
    url: new URL(tokenUrl),
    headers: form,
    body: new URLSearchParams({ grant_type: 'password' }).toString(),
    connectMs: CONNECT_MS,
    callMs: CONTROL_MS,
    freshSocket: true,
  });
}
