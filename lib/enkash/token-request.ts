import * as z from 'zod/mini';
import { CONNECT_MS, LOGIN_MS, WAIT_AFTER_ANSWER_MS, WAIT_AFTER_SILENCE_MS } from '../budgets.ts';
import { decodeUtf8, isJsonOrXml, type JsonObject, parseObject, readRetryAfter } from './body.ts';
import type { PartnerCredentials } from './credentials.ts';
import type { Send, TransportResult } from './transport.ts';

/**
 * What a login came to. `refused` and `possible` count as possible failures; `not-sent` and `turned-away` never reached the
 * password check.
 */
export type LoginOutcome =
  | {
      readonly kind: 'accepted';
      readonly token: string;
      /** Lifetime in ms as the server states it, if it does. */
      readonly statedLifeMs: number | undefined;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'turned-away' }
  /** Nobody knows whether EnKash counted it. `waitMs`: the next login that no operator asked for waits this long. */
  | { readonly kind: 'possible'; readonly waitMs: number };

/** The outcome of a login that ended without a word of EnKash: timed out, reset, or lost with the process that sent it. */
export const unanswered = { kind: 'possible', waitMs: WAIT_AFTER_SILENCE_MS } as const satisfies LoginOutcome;

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
    connectMs: CONNECT_MS,
    callMs: LOGIN_MS,
    freshSocket: true,
  });
}

/**
 * Judges a login's reply by the table of architecture.md section 5; pure. Whatever is not certainly harmless counts against
 * the account: any page, status or server name can stand in front of a password check that failed.
 */
export function judgeLogin(result: TransportResult, now: number): LoginOutcome {
  switch (result.kind) {
    case 'failed':
      return result.sent ? unanswered : { kind: 'not-sent' };
    case 'bad-body':
      return isRefusal(result.status) ? { kind: 'refused' } : possible(result.status);
    case 'reply':
      return judgeReply(result, now);
  }
}

type Reply = Extract<TransportResult, { kind: 'reply' }>;

function judgeReply(reply: Reply, now: number): LoginOutcome {
  const { status, body } = reply;
  if (isTurnedAway(reply)) return { kind: 'turned-away' };
  if (isRefusal(status) || (status === 403 && isJsonOrXml(body))) return { kind: 'refused' };
  const orElse = possible(status, readRetryAfter(reply.retryAfter, now));
  return status >= 200 && status <= 299 ? (judgeToken(body, now) ?? orElse) : orElse;
}

/** OAuth2's own answers to wrong credentials, with any body. */
const isRefusal = (status: number): boolean => status === 400 || status === 401;

/** Cloudflare's two signs that it answered by itself: the challenge header, or the whole text of its firewall's refusal. */
function isTurnedAway({ headers, contentType, body }: Reply): boolean {
  if (headers['cf-mitigated'] === 'challenge') return true;
  const plain = /^text\/plain\s*(;|$)/i.test(contentType);
  return headers.server === 'cloudflare' && plain && /^error code: 1\d{3}\s*$/.test(body.toString('latin1'));
}

function possible(status: number, retryAfterSeconds = 0): LoginOutcome {
  const waitMs = status === 500 ? WAIT_AFTER_SILENCE_MS : WAIT_AFTER_ANSWER_MS;
  return { kind: 'possible', waitMs: Math.max(waitMs, retryAfterSeconds * 1000) };
}

/** A token becomes a header value, so anything else than visible ASCII is not one. */
const token = z.string().check(z.regex(/^[\x21-\x7e]{1,8192}$/));
const digits = z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number));
const count = z.catch(z.optional(z.union([z.number(), digits])), undefined);

/** The three reply shapes of enkash-api.md section 3: lifetimes in seconds, or the expiry in epoch ms. */
const tokenReply = z.union([
  z.pipe(
    z.object({ access_token: token, expires_in: count }),
    z.transform((r) => ({ token: r.access_token, seconds: r.expires_in })),
  ),
  z.pipe(
    z.object({ accessToken: token, expiresIn: count }),
    z.transform((r) => ({ token: r.accessToken, seconds: r.expiresIn })),
  ),
  z.pipe(
    z.object({ token, expiry: count }),
    z.transform((r) => ({ token: r.token, expiry: r.expiry })),
  ),
]);

/** @returns undefined for a reply that is neither a token nor a failure, or both */
function judgeToken(body: Buffer, now: number): LoginOutcome | undefined {
  const reply = parseObject(decodeUtf8(body) ?? '');
  if (reply === undefined) return undefined;
  const parsed = tokenReply.safeParse(reply);
  if (statesFailure(reply)) return parsed.success ? undefined : { kind: 'refused' };
  if (!parsed.success) return undefined;
  return { kind: 'accepted', token: parsed.data.token, statedLifeMs: statedLifeMs(parsed.data, now) };
}

/** EnKash reports failures inside HTTP 200: an OAuth2 `error`, or a result code. Which one means success is not stated: 0, or HTTP's 200. */
function statesFailure(reply: JsonObject): boolean {
  if (reply.error !== undefined && reply.error !== null && reply.error !== '' && reply.error !== false) return true;
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
