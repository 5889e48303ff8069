import middy, { type MiddlewareObj, type Request } from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { AppError, UpstreamError } from '../errors.ts';
import { describeUnexpected, type Log, type LogFields } from '../log.ts';
import type { Metric } from '../metrics.ts';
import { type ApiEvent, parseEvent, requireScope } from './api-request.ts';
import { codeOf, type Problem, problemSchema, toProblem } from './problem.ts';

export type ApiResponse = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A request whose token was good; paths, queries and bodies are parsed from `event`. */
export type ApiRequest = {
  readonly event: ApiEvent;
  /** The caller's name, which the grants know. */
  readonly caller: string;
  readonly scopes: readonly string[];
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
  /** Adds to the request's one audit line. */
  readonly audit: (fields: LogFields) => void;
};

export type HttpDeps = {
  /** Client id -> caller name. */
  readonly callers: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly metric: Metric;
  readonly now: () => number;
};

export type ApiOptions = {
  readonly deps: HttpDeps;
  readonly scope: string;
  /** How a failure looks; @default application/problem+json. */
  readonly showProblem?: (problem: Problem) => ApiResponse;
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
};

export type ApiHandler = (event: unknown, context: Context) => Promise<ApiResponse>;

/** The whole answer is there within this; API Gateway would wait 29 s, the function 15 s. */
const ANSWER_MS = 9_000;
/** No caller can have this name, so it never has a grant. */
const UNKNOWN_CALLER = '(unknown)';

/** An answer of the contract: the schema sees it last, so that an undeclared field cannot leave. */
export function ok<T>(schema: z.core.$ZodType<T>, body: T, headers: Record<string, string> = {}): ApiResponse {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(z.parse(schema, body)),
  };
}

/** One request on its way through the bundle. */
type Exchange = {
  readonly event: unknown;
  readonly requestId: string;
  readonly startedAt: number;
  audit: LogFields;
};
type Middleware = MiddlewareObj<Exchange, ApiResponse>;

/**
 * The middy bundle of the HTTP functions. `after` and `onError` run in reverse order of `.use`: the error becomes a
 * response first, then the response gets its headers, and the audit line is written last, about what really leaves.
 */
export function apiHandler({ deps, scope, showProblem = problemJson, handle }: ApiOptions): ApiHandler {
  const chain = middy((exchange: Exchange) => handle(openRequest(exchange, deps, scope)), { timeoutEarlyInMillis: 0 })
    .use(auditLine(deps))
    .use(securityHeaders)
    .use(problemDetails(deps, showProblem));
  return (event, context) => {
    const requestId = gatewayRequestId.safeParse(event).data ?? context.awsRequestId;
    return chain({ event, requestId, startedAt: deps.now(), audit: {} }, context);
  };
}

/** Taken before anything else is known of the event, so that even its refusal can be found in the gateway's log. */
const gatewayRequestId = z
  .object({ requestContext: z.object({ requestId: z.string().regex(/^[\w-]{1,128}$/) }) })
  .transform(({ requestContext }) => requestContext.requestId);

function openRequest(exchange: Exchange, { callers }: HttpDeps, scope: string): ApiRequest {
  const audit = (fields: LogFields): void => {
    exchange.audit = { ...exchange.audit, ...fields };
  };
  const event = parseEvent(exchange.event);
  audit({ route: `${event.httpMethod} ${event.resource}` });
  const { clientId, scopes } = requireScope(event, scope);
  const caller = Object.hasOwn(callers, clientId) ? (callers[clientId] ?? UNKNOWN_CALLER) : UNKNOWN_CALLER;
  audit({ caller });
  return { event, caller, scopes, deadline: exchange.startedAt + ANSWER_MS, audit };
}

function auditLine({ log, metric, now }: HttpDeps): Middleware {
  const write = ({ event: exchange, response, error }: Request<Exchange, ApiResponse>): void => {
    const outcome = error ? codeOf(error) : 'OK';
    const durationMs = now() - exchange.startedAt;
    const { requestId, audit } = exchange;
    log('info', 'request', { requestId, ...audit, outcome, status: response?.statusCode ?? 500, durationMs });
    const partner = audit.partner ?? 'none';
    metric('Requests', 1, { partner, outcome });
    metric('RequestMs', durationMs, { partner }, 'Milliseconds');
  };
  return { after: write, onError: write };
}

function problemDetails({ log }: HttpDeps, showProblem: (problem: Problem) => ApiResponse): Middleware {
  return {
    onError(request) {
      const { error, event: exchange } = request;
      if (error instanceof AppError) exchange.audit = { ...exchange.audit, ...describeFailure(error) };
      else log('error', 'unexpected', { requestId: exchange.requestId, ...describeUnexpected(error) });
      const response = showProblem(toProblem(error, exchange.requestId));
      const retryAfter = error instanceof AppError ? error.retryAfterSeconds : undefined;
      request.response =
        retryAfter === undefined
          ? response
          : { ...response, headers: { ...response.headers, 'retry-after': String(retryAfter) } };
    },
  };
}

function problemJson(problem: Problem): ApiResponse {
  return {
    statusCode: problem.status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problemSchema.parse(problem)),
  };
}

function describeFailure(error: AppError): LogFields {
  const details = error instanceof UpstreamError ? error.details : {};
  const { retryAfterSeconds: _, ...fields } = details;
  return { ...fields, ...(error.reason === undefined ? {} : { reason: error.reason }) };
}

const securityHeaders: Middleware = { after: addHeaders, onError: addHeaders };

function addHeaders(request: Request<Exchange, ApiResponse>): void {
  if (!request.response) return;
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...request.response.headers };
  request.response = { ...request.response, headers };
}
