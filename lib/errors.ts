/** Every code a caller can meet, with its HTTP status, RFC 9457 title and whether the same request may succeed later. */
export const errorCodes = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid', retryable: false },
  UNAUTHORIZED: { status: 401, title: 'A valid access token is required', retryable: false },
  FORBIDDEN_SCOPE: { status: 403, title: 'The access token lacks the required scope', retryable: false },
  BLOCKED: { status: 403, title: 'The request was blocked', retryable: false },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'No such card account', retryable: false },
  NOT_WATCHED: { status: 404, title: 'The card account is not watched', retryable: false },
  NOT_FOUND: { status: 404, title: 'No such resource', retryable: false },
  CONFLICT: { status: 409, title: 'Others are changing the same thing', retryable: true },
  WATCH_LIMIT: { status: 409, title: 'You watch as many accounts as you may', retryable: false },
  PRECONDITION_FAILED: { status: 412, title: 'The watch is not the one that the request names', retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request body is too large', retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The request body must be application/json', retryable: false },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retryable: true },
  INTERNAL: { status: 500, title: 'Internal error', retryable: true },
  UPSTREAM_REFUSED: { status: 502, title: 'EnKash refused the request', retryable: false },
  UPSTREAM_UNREADABLE: { status: 502, title: 'The reply of EnKash could not be read', retryable: true },
  UPSTREAM_MISMATCH: { status: 502, title: 'EnKash answered with another account', retryable: false },
  UPSTREAM_UNAVAILABLE: { status: 503, title: 'EnKash is not available', retryable: true },
  PARTNER_LOGIN_BLOCKED: { status: 503, title: 'The login to EnKash is blocked', retryable: true },
  CREDENTIALS_UNAVAILABLE: { status: 503, title: 'The partner credentials are not available', retryable: true },
  STORAGE_UNAVAILABLE: { status: 503, title: 'The storage of this service is not available', retryable: true },
  UPSTREAM_TIMEOUT: { status: 504, title: 'EnKash did not answer in time', retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A field of the request that is wrong; `message` never quotes the value. */
export type FieldError = { readonly field: string; readonly message: string };

export type AppErrorOptions = {
  /** Machine-readable refinement of the code; shown to the caller and logged. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
};

/** Base of every failure that may reach a caller. Messages are fixed texts: they never hold input, secrets or replies. */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(errorCodes[code].title);
    this.code = code;
    this.reason = options.reason;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The request itself is wrong. Thrown before anything else happens. */
export class RequestError extends AppError {
  override readonly name = 'RequestError';
  readonly fields: readonly FieldError[];

  constructor(
    code:
      | 'INVALID_REQUEST'
      | 'PAYLOAD_TOO_LARGE'
      | 'UNSUPPORTED_MEDIA_TYPE'
      | 'UNAUTHORIZED'
      | 'FORBIDDEN_SCOPE'
      | 'NOT_FOUND',
    fields: readonly FieldError[] = [],
  ) {
    super(code);
    this.fields = fields;
  }
}

/** The account does not exist, or is not the caller's: nobody can tell which. */
export class AccountNotFoundError extends AppError {
  override readonly name = 'AccountNotFoundError';
  constructor() {
    super('ACCOUNT_NOT_FOUND');
  }
}

/** The balances table cannot be reached, or has too much to do: it passes. */
export class StorageError extends AppError {
  override readonly name = 'StorageError';
  /** The SDK's name of what happened; logged, never shown. */
  readonly errorName: string;
  constructor(errorName: string) {
    super('STORAGE_UNAVAILABLE', { retryAfterSeconds: 1 });
    this.errorName = errorName;
  }
}

/** Where reading a reply failed; logged, never shown. */
export type ReadStep = 'protocol' | 'coding' | 'size' | 'decrypt' | 'utf8' | 'json' | 'envelope' | 'schema' | 'echo';

export type UpstreamErrorCode =
  | 'UPSTREAM_REFUSED'
  | 'UPSTREAM_UNREADABLE'
  | 'UPSTREAM_MISMATCH'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT';

/** What the log may say about an upstream failure: codes, steps and key paths with JSON types, never values. */
export type UpstreamErrorOptions = AppErrorOptions & {
  readonly step?: ReadStep;
  readonly upstreamStatus?: number;
  readonly upstreamCode?: number;
  /** e.g. `availableBalance: string`. */
  readonly paths?: readonly string[];
};

/** EnKash failed, refused, or answered something that cannot be trusted. */
export class UpstreamError extends AppError {
  override readonly name = 'UpstreamError';
  readonly details: UpstreamErrorOptions;

  constructor(code: UpstreamErrorCode, details: UpstreamErrorOptions = {}) {
    super(code, details);
    this.details = details;
  }
}

/** No login may be sent now; `reason` is one of the gate's reason codes. */
export class LoginBlockedError extends AppError {
  override readonly name = 'LoginBlockedError';
  constructor(reason: string, retryAfterSeconds: number) {
    super('PARTNER_LOGIN_BLOCKED', { reason, retryAfterSeconds });
  }
}

/** Why a partner's secret cannot be used. */
export type CredentialsProblem = 'not-filled' | 'invalid' | 'unreachable' | 'unknown-partner';

/** The partner's secret is missing, unfilled, malformed or unreachable. */
export class CredentialsError extends AppError {
  override readonly name = 'CredentialsError';
  /** Names of the secret's fields that cannot be right; never a value. */
  readonly fields: readonly string[];
  constructor(reason: CredentialsProblem, retryAfterSeconds = 5, fields: readonly string[] = []) {
    super('CREDENTIALS_UNAVAILABLE', { reason, retryAfterSeconds });
    this.fields = fields;
  }
}
