import type { ErrorCode, Open, Problem } from './types.ts';

/** The service answered with a problem. `code` says which, `requestId` is what its operators ask for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: Open<ErrorCode>;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** The fields of the request that are wrong. */
  readonly fields: readonly { readonly field: string; readonly message: string }[];

  constructor(problem: Partial<Problem> & Pick<Problem, 'code' | 'status'>, retryAfterSeconds?: number) {
    super(`${problem.status} ${problem.code}${problem.title === undefined ? '' : `: ${problem.title}`}`);
    this.code = problem.code;
    this.status = problem.status;
    this.requestId = problem.requestId;
    this.retryable = problem.retryable ?? problem.status >= 500;
    this.reason = problem.reason;
    this.retryAfterSeconds = retryAfterSeconds;
    this.fields = problem.errors ?? [];
  }
}

/** True for a problem of the service, or for one with just this code. */
export function isApiError(error: unknown, code?: ErrorCode): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** No whole answer came: the network failed, or the time was over. Whether the service acted is not known. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly kind: 'network' | 'timeout';

  constructor(kind: 'network' | 'timeout', cause: unknown) {
    super(kind === 'timeout' ? 'No answer in time' : 'The connection failed', { cause });
    this.kind = kind;
  }
}

/** The token endpoint gave no token; `code` is its OAuth error, `invalid_client` for a wrong secret. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`No access token: ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** What came is no webhook of the service: answer 400 and do nothing with it. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly reason: 'header' | 'timestamp' | 'signature' | 'body';

  constructor(reason: 'header' | 'timestamp' | 'signature' | 'body') {
    super(`The webhook was not accepted: ${reason}`);
    this.reason = reason;
  }
}
