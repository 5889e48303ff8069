import { type ErrorCode, errorCodes } from '../errors.ts';
import { problemType } from './problem.ts';

/** What the gateway answers itself, without a function. */
export interface GatewayResponse {
  /** API Gateway's response type. */
  readonly type: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number;
  /** WWW-Authenticate (RFC 6750, 3). */
  readonly challenge?: string;
}

/** One API: a token for another realm is of no use here. */
const challenge = 'Bearer realm="card-accounts"';

/** Every response type there is, so that none is left with the gateway's own words. */
export const gatewayResponses: readonly GatewayResponse[] = [
  // Also a request without any token, so the challenge cannot say invalid_token.
  respond('UNAUTHORIZED', 'UNAUTHORIZED', { challenge }),
  respond('EXPIRED_TOKEN', 'UNAUTHORIZED', { challenge: `${challenge}, error="invalid_token"` }),
  respond('INVALID_API_KEY', 'UNAUTHORIZED', { challenge }),
  respond('ACCESS_DENIED', 'FORBIDDEN_SCOPE', { challenge: `${challenge}, error="insufficient_scope"` }),
  respond('WAF_FILTERED', 'BLOCKED'),
  // A path or method that is not in the table: the gateway takes it for an IAM call, unsigned or, with a bearer token, ill signed.
  respond('INVALID_SIGNATURE', 'NOT_FOUND'),
  respond('MISSING_AUTHENTICATION_TOKEN', 'NOT_FOUND'),
  respond('RESOURCE_NOT_FOUND', 'NOT_FOUND'),
  respond('BAD_REQUEST_BODY', 'INVALID_REQUEST'),
  respond('BAD_REQUEST_PARAMETERS', 'INVALID_REQUEST'),
  respond('REQUEST_TOO_LARGE', 'PAYLOAD_TOO_LARGE'),
  respond('UNSUPPORTED_MEDIA_TYPE', 'UNSUPPORTED_MEDIA_TYPE'),
  respond('THROTTLED', 'RATE_LIMITED', { retryAfterSeconds: 1 }),
  respond('QUOTA_EXCEEDED', 'RATE_LIMITED', { retryAfterSeconds: 1 }),
  respond('AUTHORIZER_FAILURE', 'INTERNAL'),
  respond('AUTHORIZER_CONFIGURATION_ERROR', 'INTERNAL'),
  respond('API_CONFIGURATION_ERROR', 'INTERNAL'),
  respond('INTEGRATION_FAILURE', 'INTERNAL'),
  // Lambda ends a function long before; and most routes ask EnKash nothing.
  respond('INTEGRATION_TIMEOUT', 'INTERNAL'),
  respond('DEFAULT_5XX', 'INTERNAL'),
  // For a type that does not exist yet: each that does has its row above.
  respond('DEFAULT_4XX', 'INVALID_REQUEST'),
];

/**
 * The body of a row, as problem+json.
 * @param type API Gateway's response type
 * @throws Error when the table has no such row
 */
export function problemOf(type: string, requestId: string): Record<string, unknown> {
  const row = gatewayResponses.find((response) => response.type === type);
  if (row === undefined) throw new Error(`no gateway response ${type}`);
  const { title, status, code, retryable } = row;
  return { type: problemType(code), title, status, code, requestId, retryable };
}

/** The headers of a row, for stack and local gateway. */
export function headersOf({ retryAfterSeconds, challenge }: GatewayResponse): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
  };
}

type Extras = Pick<GatewayResponse, 'retryAfterSeconds' | 'challenge'>;

function respond(type: string, code: ErrorCode, extras: Extras = {}): GatewayResponse {
  return { type, code, ...errorCodes[code], ...extras };
}
