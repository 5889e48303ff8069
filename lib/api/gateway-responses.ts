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
}

/** Every response type there is, so that none is left with the gateway's own words. */
export const gatewayResponses: readonly GatewayResponse[] = [
  respond('UNAUTHORIZED', 'UNAUTHORIZED'),
  respond('EXPIRED_TOKEN', 'UNAUTHORIZED'),
  respond('INVALID_SIGNATURE', 'UNAUTHORIZED'),
  respond('INVALID_API_KEY', 'UNAUTHORIZED'),
  respond('ACCESS_DENIED', 'FORBIDDEN_SCOPE'),
  respond('WAF_FILTERED', 'BLOCKED'),
  // A path or method that is not in the table: the gateway takes it for an unsigned IAM call.
  respond('MISSING_AUTHENTICATION_TOKEN', 'NOT_FOUND'),
  respond('RESOURCE_NOT_FOUND', 'NOT_FOUND'),
  respond('BAD_REQUEST_BODY', 'INVALID_REQUEST'),
  respond('BAD_REQUEST_PARAMETERS', 'INVALID_REQUEST'),
  respond('REQUEST_TOO_LARGE', 'PAYLOAD_TOO_LARGE'),
  respond('UNSUPPORTED_MEDIA_TYPE', 'UNSUPPORTED_MEDIA_TYPE'),
  respond('THROTTLED', 'RATE_LIMITED', 1),
  respond('QUOTA_EXCEEDED', 'RATE_LIMITED', 1),
  respond('AUTHORIZER_FAILURE', 'INTERNAL'),
  respond('AUTHORIZER_CONFIGURATION_ERROR', 'INTERNAL'),
  respond('API_CONFIGURATION_ERROR', 'INTERNAL'),
  respond('INTEGRATION_FAILURE', 'INTERNAL'),
  respond('INTEGRATION_TIMEOUT', 'UPSTREAM_TIMEOUT'),
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

function respond(type: string, code: ErrorCode, retryAfterSeconds?: number): GatewayResponse {
  return { type, code, ...errorCodes[code], ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
