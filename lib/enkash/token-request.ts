import * as z from 'zod';
import { decodeUtf8, isHtml, type JsonObject, parseObject, readRetryAfter } from './body.ts';
import type { PartnerCredentials } from './credentials.ts';
import type { Send, TransportResult } from './transport.ts';

/** What a login came to. `refused` and `unknown` count as possible failures; `not-sent` and `turned-away` never reached the password check. */
export type LoginOutcome =
  | {
      readonly kind: 'accepted';
      readonly token: string;
      /** Lifetime in ms as the server states it, if it does. */
      readonly statedLifeMs: number | undefined;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'turned-away'; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: 'unknown' };

/** A login has 1 s to connect and 4 s in all; nobody retries it. */
export const LOGIN_CONNECT_MS = 1_000;
export const LOGIN_TIMEOUT_MS = 4_000;

/** Sends one login (OAuth2 password grant, Basic client authentication) on a fresh socket. Never rejects, never retries. */
export function sendLogin(send: Send, tokenUrl: string, credentials: PartnerCredentials): Promise<TransportResult> {
  const basic = Buffer.from(`${credentials.basicId}:${credentials.basicSecret}`).toString('base64');
  return send({
    url: new URL(tokenUrl),
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      username: credentials.username,
      password: credentials.password,
      grant_type: 'password',
      clientId: credentials.clientId,
    }).toString(),
    connectMs: LOGIN_CONNECT_MS,
    callMs: LOGIN_TIMEOUT_MS,
    freshSocket: true,
  });
}

/** Judges a login's reply; pure. Whatever is not certainly harmless counts against the account. */
export function judgeLogin(result: TransportResult, now: number): LoginOutcome {
  switch (result.kind) {
    case 'failed':
      return result.sent ? { kind: 'unknown' } : { kind: 'not-sent' };
    case 'bad-body':
      return judgeStatus(result.status, false, undefined, now) ?? { kind: 'unknown' };
    case 'reply': {
      const html = isHtml(result.contentType, result.body);
      return judgeStatus(result.status, html, result.retryAfter, now) ?? judgeToken(result.body, now);
    }
  }
}

/** @returns undefined when only the body can tell. */
function judgeStatus(
  status: number,
  html: boolean,
  retryAfter: string | undefined,
  now: number,
): LoginOutcome | undefined {
  if (status === 429 || status === 503 || (status === 403 && html)) {
    return { kind: 'turned-away', retryAfterSeconds: readRetryAfter(retryAfter, now) };
  }
  if (status === 400 || status === 401 || status === 403) return { kind: 'refused' };
  return status >= 200 && status <= 299 ? undefined : { kind: 'unknown' };
}

/** A token becomes a header value, so anything else than visible ASCII is not one. */
const token = z.string().regex(/^[\x21-\x7e]{1,8192}$/);
const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** The three reply shapes of enkash-api.md section 3: lifetimes in seconds, or the expiry in epoch ms. */
const tokenReply = z.union([
  z
    .object({ access_token: token, expires_in: count })
    .transform((r) => ({ token: r.access_token, seconds: r.expires_in })),
  z.object({ accessToken: token, expiresIn: count }).transform((r) => ({ token: r.accessToken, seconds: r.expiresIn })),
  z.object({ token, expiry: count }).transform((r) => ({ token: r.token, expiry: r.expiry })),
]);

function judgeToken(body: Buffer, now: number): LoginOutcome {
  const reply = parseObject(decodeUtf8(body) ?? '');
  if (reply === undefined) return { kind: 'unknown' };
  if (statesFailure(reply)) return { kind: 'refused' };
  const parsed = tokenReply.safeParse(reply);
  return parsed.success
    ? { kind: 'accepted', token: parsed.data.token, statedLifeMs: statedLifeMs(parsed.data, now) }
    : { kind: 'unknown' };
}

/** EnKash reports failures inside HTTP 200: an OAuth2 `error`, or a result code. Which one means success is not stated: 0, or HTTP's 200. */
function statesFailure(reply: JsonObject): boolean {
  if (typeof reply.error === 'string') return true;
  return [reply.resultCode, reply.response_code, reply.code].some(isFailureCode);
}

function isFailureCode(code: unknown): boolean {
  return (typeof code === 'number' || typeof code === 'string') && /^(?!200$)[1-9]\d*$/.test(String(code));
}

function statedLifeMs(
  reply: { seconds?: number | undefined; expiry?: number | undefined },
  now: number,
): number | undefined {
  if (reply.expiry !== undefined) return reply.expiry - now;
  return reply.seconds === undefined ? undefined : reply.seconds * 1000;
}
