import {
  AccountNotFoundError,
  type AppError,
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamErrorOptions,
} from '../errors.ts';
import { decodeUtf8, isHtml, type JsonObject, parseObject, readRetryAfter } from './body.ts';
import type { Cipher } from './cipher.ts';
import { openEnvelope, readFailureCode, unreadable } from './envelope.ts';
import type { TransportResult } from './transport.ts';

/** What a read came to. */
export type Judgement =
  | { readonly kind: 'payload'; readonly payload: JsonObject }
  | { readonly kind: 'token-refused' }
  /** `tokenAccepted`: EnKash got as far as the envelope, so the token was good. */
  | { readonly kind: 'failure'; readonly error: AppError; readonly tokenAccepted: boolean };

export type JudgeOptions = {
  readonly cipher: Cipher;
  /** EnKash codes that mean "no such account" on this stage. */
  readonly notFoundCodes: readonly number[];
  /** Epoch ms, for a Retry-After that is a date. */
  readonly now: number;
};

/** Judges the reply of a read by status and envelope, never by message text (architecture.md section 4). Pure. */
export function judgeReply(result: TransportResult, options: JudgeOptions): Judgement {
  if (result.kind === 'failed') {
    const timedOut = result.why === 'timeout';
    return timedOut ? failure('UPSTREAM_TIMEOUT') : failure('UPSTREAM_UNAVAILABLE', { reason: result.why });
  }
  const { status } = result;
  if (status === 401) return { kind: 'token-refused' };
  if (status >= 200 && status <= 299) {
    return result.kind === 'reply' ? judgeBody(result.body, options) : rejected(unreadable('size'));
  }
  return result.kind === 'reply' ? judgeStatus(result, options) : judgeStatus({ ...result, ...NO_BODY }, options);
}

const NO_BODY = { contentType: '', retryAfter: undefined, body: Buffer.alloc(0) };

function judgeBody(body: Buffer, { cipher, notFoundCodes }: JudgeOptions): Judgement {
  try {
    const envelope = openEnvelope(body, cipher);
    if (envelope.kind === 'success') return { kind: 'payload', payload: envelope.payload };
    const error = notFoundCodes.includes(envelope.code)
      ? new AccountNotFoundError()
      : new UpstreamError('UPSTREAM_REFUSED', { upstreamStatus: 200, upstreamCode: envelope.code });
    return { kind: 'failure', error, tokenAccepted: true };
  } catch (error) {
    if (error instanceof UpstreamError) return rejected(error);
    throw error;
  }
}

type ErrorReply = {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
};

function judgeStatus({ status, contentType, retryAfter, body }: ErrorReply, options: JudgeOptions): Judgement {
  const upstreamStatus = status;
  if (status < 400) return failure('UPSTREAM_UNREADABLE', { step: 'envelope', upstreamStatus });
  if (status === 404) return rejected(new AccountNotFoundError());
  if (status === 403 && (isHtml(contentType, body) || parseObject(decodeUtf8(body) ?? '') === undefined)) {
    return failure('UPSTREAM_UNAVAILABLE', { reason: 'egress-refused', upstreamStatus });
  }
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = readRetryAfter(retryAfter, options.now);
    const known = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return failure('UPSTREAM_UNAVAILABLE', { upstreamStatus, ...known });
  }
  const upstreamCode = readFailureCode(body, options.cipher);
  if (upstreamCode === undefined) return failure('UPSTREAM_REFUSED', { upstreamStatus });
  if (options.notFoundCodes.includes(upstreamCode)) return rejected(new AccountNotFoundError());
  return failure('UPSTREAM_REFUSED', { upstreamStatus, upstreamCode });
}

function failure(code: UpstreamErrorCode, details: UpstreamErrorOptions = {}): Judgement {
  return rejected(new UpstreamError(code, details));
}

function rejected(error: AppError): Judgement {
  return { kind: 'failure', error, tokenAccepted: false };
}
