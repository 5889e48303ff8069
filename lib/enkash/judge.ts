import {
  AccountNotFoundError,
  type AppError,
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamErrorOptions,
} from '../errors.ts';
import { decodeText, isHtml, type JsonObject, parseObject, readRetryAfter } from './body.ts';
import type { Cipher } from './cipher.ts';
import { openEnvelope, type Refusal, readRefusal, unreadable } from './envelope.ts';
import type { TransportResult } from './transport.ts';

/** What a read came to. */
export type Judgement<T> =
  | { readonly kind: 'payload'; readonly payload: T }
  | { readonly kind: 'token-refused' }
  /** `tokenAccepted`: EnKash got as far as the envelope, so the token was good. */
  | { readonly kind: 'failure'; readonly error: AppError; readonly tokenAccepted: boolean };

export type JudgeOptions<T> = {
  readonly cipher: Cipher;
  /** EnKash codes that mean "no such account" on this stage. */
  readonly notFoundCodes: readonly number[];
  /** EnKash codes that mean, inside HTTP 200, "this token is not good any more". @default 401 */
  readonly tokenRefusedCodes?: readonly number[] | undefined;
  /** Epoch ms, for a Retry-After that is a date. */
  readonly now: number;
  /** Reads the account out of the payload. @throws UpstreamError */
  readonly read: (payload: JsonObject) => T;
};

type Reply = Extract<TransportResult, { kind: 'reply' }>;

/**
 * Judges the reply of a read: the envelope decides, never the status alone, and never a message text (architecture.md
 * section 4). Pure.
 */
export function judgeReply<T>(result: TransportResult, options: JudgeOptions<T>): Judgement<T> {
  switch (result.kind) {
    case 'failed': {
      const timedOut = result.why === 'timeout' || result.why === 'silent';
      return timedOut ? failure('UPSTREAM_TIMEOUT') : failure('UPSTREAM_UNAVAILABLE', { reason: result.why });
    }
    case 'bad-body': {
      const { status, step = 'size' } = result;
      // A reply that could not be parsed has no status.
      if (status === 0 || isSuccess(status)) return rejected(unreadable(step));
      return judgeStatus({ ...result, ...NO_BODY, kind: 'reply' }, {}, options);
    }
    case 'reply': {
      const { status } = result;
      if (status === 401) return { kind: 'token-refused' };
      if (isSuccess(status)) return judgeBody(result, options);
      return judgeStatus(result, readRefusal(result, options.cipher), options);
    }
  }
}

const NO_BODY = { contentType: '', retryAfter: undefined, headers: {}, body: Buffer.alloc(0) };
const isSuccess = (status: number): boolean => status >= 200 && status <= 299;

function judgeBody<T>(reply: Reply, options: JudgeOptions<T>): Judgement<T> {
  let tokenAccepted = false;
  try {
    const envelope = openEnvelope(reply, options.cipher);
    if (envelope.kind === 'token-refused') return envelope;
    if (envelope.kind === 'failure') return judgeCode(envelope.code, reply.status, options);
    tokenAccepted = true;
    return { kind: 'payload', payload: options.read(envelope.payload) };
  } catch (error) {
    if (error instanceof UpstreamError) return { kind: 'failure', error, tokenAccepted };
    throw error;
  }
}

/** A failure inside HTTP 200. */
function judgeCode<T>(upstreamCode: number, upstreamStatus: number, options: JudgeOptions<T>): Judgement<T> {
  const { tokenRefusedCodes = [401] } = options;
  if (tokenRefusedCodes.includes(upstreamCode)) return { kind: 'token-refused' };
  const error = options.notFoundCodes.includes(upstreamCode)
    ? new AccountNotFoundError()
    : new UpstreamError('UPSTREAM_REFUSED', { upstreamStatus, upstreamCode });
  return { kind: 'failure', error, tokenAccepted: true };
}

function judgeStatus<T>(reply: Reply, { code, invalidToken }: Refusal, options: JudgeOptions<T>): Judgement<T> {
  const { status: upstreamStatus, contentType, body } = reply;
  if (upstreamStatus === 401 || invalidToken) return { kind: 'token-refused' };
  if (upstreamStatus < 400) return failure('UPSTREAM_UNREADABLE', { step: 'envelope', upstreamStatus });
  if ((upstreamStatus === 404 || upstreamStatus === 405) && !isFailureCode(code)) {
    return failure('UPSTREAM_UNAVAILABLE', { reason: 'not-the-api', upstreamStatus });
  }
  if (upstreamStatus === 404) return rejected(new AccountNotFoundError());
  if (
    upstreamStatus === 403 &&
    (isHtml(contentType, body) || parseObject(decodeText(body, contentType) ?? '') === undefined)
  ) {
    return failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus });
  }
  if (upstreamStatus === 429 || upstreamStatus >= 500) {
    const retryAfterSeconds = readRetryAfter(reply.retryAfter, options.now);
    const known = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return failure('UPSTREAM_UNAVAILABLE', { upstreamStatus, ...known });
  }
  if (!isFailureCode(code)) return failure('UPSTREAM_REFUSED', { upstreamStatus });
  if (options.notFoundCodes.includes(code)) return rejected(new AccountNotFoundError());
  return failure('UPSTREAM_REFUSED', { upstreamStatus, upstreamCode: code });
}

const isFailureCode = (code: number | undefined): code is number => code !== undefined && code !== 0;

function failure(
  code: UpstreamErrorCode,
  details: UpstreamErrorOptions = {},
): Extract<Judgement<never>, { kind: 'failure' }> {
  return rejected(new UpstreamError(code, details));
}

function rejected(error: AppError): Extract<Judgement<never>, { kind: 'failure' }> {
  return { kind: 'failure', error, tokenAccepted: false };
}
