import * as z from 'zod/mini';
import {
  decodeUtf8,
  isHtml,
  isJsonObject,
  isJsonOrXml,
  type JsonObject,
  parseObject,
  readRetryAfter,
} from '../enkash/body.ts';
import type { TransportResult } from '../enkash/transport.ts';

/**
 * What a login came to. `refused` and `possible` count as possible failures; `not-sent` and `turned-away` never reached the
 * password check. `evidence` says what came back, such as `502 html` or `timeout`, never its text.
 */
export type LoginOutcome =
  | {
      readonly kind: 'accepted';
      readonly token: string;
      /** Lifetime in ms as the server states it, if it does. */
      readonly statedLifeMs: number | undefined;
      readonly evidence: string;
    }
  | { readonly kind: 'refused' | 'not-sent' | 'turned-away'; readonly evidence: string }
  | {
      /** Nobody knows whether EnKash counted it. */
      readonly kind: 'possible';
      readonly evidence: string;
      /** Nothing came back, or a 500: the trouble is EnKash's own and mostly short. */
      readonly silent: boolean;
      /** Nobody waited for EnKash's own answer, so EnKash may be at work at it still. */
      readonly unfinished: boolean;
      readonly retryAfterSeconds: number | undefined;
    };

/** A login that got no reply, or whose process died. */
export const unanswered = {
  kind: 'possible',
  evidence: 'unanswered',
  silent: true,
  unfinished: true,
  retryAfterSeconds: undefined,
} as const satisfies LoginOutcome;

/** What a control request met: EnKash's application, or trouble in front of it. */
export type ControlAnswer = {
  readonly kind: 'application' | 'trouble';
  readonly evidence: string;
  readonly retryAfterSeconds: number | undefined;
};

/**
 * Judges what came of a login, by the table of architecture.md section 5, first row that fits; pure. Whatever is not
 * certainly harmless counts against the account: any page, status or server name can stand in front of a password check
 * that failed. The gate assumes one thing about EnKash: `not-sent` and `turned-away` never hide one.
 * @param uncounted statuses that EnKash said in writing come from its edge, `uncountedLoginReplies` of the stage
 */
export function judgeLogin(result: TransportResult, now: number, uncounted: readonly number[] = []): LoginOutcome {
  switch (result.kind) {
    case 'failed':
      return result.sent ? { ...unanswered, evidence: result.why } : { kind: 'not-sent', evidence: result.why };
    case 'bad-body': {
      const evidence = `${result.status} unreadable`;
      return isRefusal(result.status) ? { kind: 'refused', evidence } : possible(result.status, evidence);
    }
    case 'reply':
      return judgeReply(result, now, uncounted);
  }
}

/** Judges the reply to a control request: a reply that would refuse a login comes from EnKash's application. */
export function judgeControl(result: TransportResult, now: number): ControlAnswer {
  const outcome = judgeLogin(result, now);
  const retryAfterSeconds = outcome.kind === 'possible' ? outcome.retryAfterSeconds : undefined;
  return {
    kind: outcome.kind === 'refused' ? 'application' : 'trouble',
    evidence: outcome.evidence,
    retryAfterSeconds,
  };
}

type Reply = Extract<TransportResult, { kind: 'reply' }>;

function judgeReply(reply: Reply, now: number, uncounted: readonly number[]): LoginOutcome {
  const { status, body } = reply;
  const evidence = `${status} ${kindOf(reply)}`;
  const spoken = isJsonOrXml(body);
  if (isTurnedAway(reply) || (uncounted.includes(status) && !spoken)) return { kind: 'turned-away', evidence };
  if (isRefusal(status) || (status === 403 && spoken)) return { kind: 'refused', evidence };
  const orElse = possible(status, evidence, readRetryAfter(reply.retryAfter, now));
  return status >= 200 && status <= 299 ? (judgeBody(body, now, evidence) ?? orElse) : orElse;
}

/** OAuth2's own answers to wrong credentials, with any body. */
const isRefusal = (status: number): boolean => status === 400 || status === 401;

/** Cloudflare's two signs that it answered by itself: the challenge header, or the whole text of its firewall's refusal. */
function isTurnedAway({ headers, contentType, body }: Reply): boolean {
  if (headers['cf-mitigated'] === 'challenge') return true;
  const plain = /^text\/plain\s*(;|$)/i.test(contentType);
  return headers.server === 'cloudflare' && plain && /^error code: 1\d{3}\s*$/.test(body.toString('latin1'));
}

function possible(status: number, evidence: string, retryAfterSeconds?: number): LoginOutcome {
  const unfinished = edgeTimeouts.includes(status);
  return { kind: 'possible', evidence, silent: status === 500, unfinished, retryAfterSeconds };
}

/** What a server between us and EnKash answers that stopped waiting: 524 is Cloudflare's. */
const edgeTimeouts = [408, 504, 524];

function kindOf({ contentType, body }: Reply): string {
  if (body.length === 0) return 'empty';
  if (isHtml(contentType, body) && !isJsonOrXml(body)) return 'html';
  if (parseObject(decodeUtf8(body) ?? '') !== undefined) return 'json';
  return isJsonOrXml(body) ? 'json or xml' : 'text';
}

/** A token becomes a header value: visible ASCII. Shorter than 8 characters it is a code or a flag, not a token. */
const tokenText = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text: string) => text.replace(/^Bearer +/i, '')),
  ),
  z.string().check(z.regex(/^[\x21-\x7e]{8,8192}$/)),
);
const digits = z.pipe(
  z.string().check(z.regex(/^\d{1,15}$/)),
  z.transform((text: string) => Number(text)),
);
const amount = z.catch(z.optional(z.union([z.number(), digits])), undefined);

/** The three reply shapes of enkash-api.md section 3: lifetimes in seconds, or the expiry in epoch ms. */
const tokenReply = z.union([
  z.pipe(
    z.object({ access_token: tokenText, expires_in: amount }),
    z.transform((reply) => ({ token: reply.access_token, seconds: reply.expires_in, expiry: undefined })),
  ),
  z.pipe(
    z.object({ accessToken: tokenText, expiresIn: amount }),
    z.transform((reply) => ({ token: reply.accessToken, seconds: reply.expiresIn, expiry: undefined })),
  ),
  z.pipe(
    z.object({ token: tokenText, expiry: amount }),
    z.transform((reply) => ({ token: reply.token, seconds: undefined, expiry: reply.expiry })),
  ),
]);

/** @returns undefined for a reply that is neither a token nor a failure, or both */
function judgeBody(body: Buffer, now: number, evidence: string): LoginOutcome | undefined {
  const root = parseObject(decodeUtf8(body) ?? '');
  if (root === undefined) return undefined;
  const places = isJsonObject(root.payload) ? [root, root.payload] : [root];
  const found = places.map((place) => tokenReply.safeParse(place).data).find((reply) => reply !== undefined);
  const failure = places.map(statedFailure).find((stated) => stated !== 'none');
  if (failure !== undefined) return found || failure === 'unclear' ? undefined : { kind: 'refused', evidence };
  if (!found) return undefined;
  const { token, seconds, expiry } = found;
  const statedLifeMs = expiry === undefined ? seconds && seconds * 1000 : expiry - now;
  return { kind: 'accepted', token, statedLifeMs, evidence };
}

/**
 * EnKash reports failures inside HTTP 200: an OAuth2 `error`, or a result code. It does not say which code means
 * success: 0, 200, `ok` and `success` are taken for it. Other words prove neither success nor failure.
 */
function statedFailure(reply: JsonObject): 'none' | 'failure' | 'unclear' {
  const { error } = reply;
  if (error !== undefined && error !== null && error !== '' && error !== false) return 'failure';
  const codes = [reply.resultCode, reply.response_code, reply.code]
    .filter((code) => (code ?? '') !== '')
    .map((code) => (typeof code === 'string' || typeof code === 'number' ? String(code) : 'unclear'));
  if (codes.some((code) => /^-?(?!0*200$)0*[1-9]\d*$/.test(code))) return 'failure';
  return codes.every((code) => /^(0+|0*200|ok|success)$/i.test(code)) ? 'none' : 'unclear';
}
