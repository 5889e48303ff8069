import middy, { type MiddlewareObj, type Request } from '@middy/core';
import * as z from 'zod/mini';
import { AppError } from '../errors.ts';
import { type ApiRequest, type CallerDeps, type Exchange, openRequest } from './open-request.ts';
import { type Problem, problemSchema, toProblem } from './problem.ts';
import { failureFields, type RequestLineDeps, writeRequestLine } from './request-line.ts';
import type { Route } from './routes/route.ts';

export type ApiResponse = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

export type HttpDeps = RequestLineDeps & CallerDeps;

export type ApiOptions<P, Q, B> = {
  readonly route: Route<P, Q, B>;
  readonly deps: HttpDeps;
  /** How a failure looks; @default application/problem+json. */
  readonly showProblem?: (problem: Problem) => ApiResponse;
  readonly handle: (request: ApiRequest<P, Q, B>) => Promise<ApiResponse>;
};

/** What is read of Lambda's context. */
type Invocation = { readonly awsRequestId: string };

export type ApiHandler = (event: unknown, context: Invocation) => Promise<ApiResponse>;

/** An answer of the contract: the schema sees it last, so that an undeclared field cannot leave. */
export function ok<T>(schema: z.core.$ZodType<T>, body: T, headers: Record<string, string> = {}): ApiResponse {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(z.parse(schema, body)),
  };
}

type Middleware = MiddlewareObj<Exchange, ApiResponse, Error, Invocation>;

/**
 * The middy bundle of the HTTP functions. `after` and `onError` run in reverse order of `.use`: the error becomes a
 * response first, then the response gets its headers, and the audit line is written last, about what really leaves.
 */
export function apiHandler<P, Q, B>(options: ApiOptions<P, Q, B>): ApiHandler {
  const { route, deps, showProblem = problemJson, handle } = options;
  const answer = (exchange: Exchange) => handle(openRequest(exchange, deps, route));
  const chain = middy<Exchange, ApiResponse, Error, Invocation>(answer, { timeoutEarlyInMillis: 0 })
    .use(auditLine(deps))
    .use(commonHeaders)
    .use(problemDetails(deps, showProblem));
  return (event, context) => {
    const requestId = z.safeParse(gatewayRequestId, event).data ?? context.awsRequestId;
    return chain({ event, requestId, startedAt: deps.now(), audit: {} }, context);
  };
}

/** One function behind several routes of one path. */
export function byMethod(handlers: Readonly<Partial<Record<Route['method'], ApiHandler>>>): ApiHandler {
  const [usual] = Object.values(handlers);
  return (event, context) => {
    const method = z.safeParse(eventMethod, event).data ?? '';
    const handler = new Map<string, ApiHandler>(Object.entries(handlers)).get(method) ?? usual;
    if (!handler) throw new Error('byMethod was given no handler');
    return handler(event, context);
  };
}

const eventMethod = z.pipe(
  z.object({ httpMethod: z.string() }),
  z.transform(({ httpMethod }) => httpMethod),
);

/** Taken before anything else is known of the event, so that even its refusal can be found in the gateway's log. */
const gatewayRequestId = z.pipe(
  z.object({ requestContext: z.object({ requestId: z.string().check(z.regex(/^[\w-]{1,128}$/)) }) }),
  z.transform(({ requestContext }) => requestContext.requestId),
);

function auditLine(deps: RequestLineDeps): Middleware {
  const write = ({ event: exchange, response, error }: Request<Exchange, ApiResponse, Error, Invocation>): void => {
    const { requestId, startedAt, audit } = exchange;
    writeRequestLine(deps, { requestId, startedAt, fields: audit, status: response?.statusCode ?? 500, error });
  };
  return { after: write, onError: write };
}

function problemDetails({ log }: HttpDeps, showProblem: (problem: Problem) => ApiResponse): Middleware {
  return {
    onError(request) {
      const { error, event: exchange } = request;
      exchange.audit = { ...exchange.audit, ...failureFields(log, exchange.requestId, error) };
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
    body: JSON.stringify(z.parse(problemSchema, problem)),
  };
}

const commonHeaders: Middleware = { after: addHeaders, onError: addHeaders };

function addHeaders(request: Request<Exchange, ApiResponse, Error, Invocation>): void {
  const { response, event: exchange } = request;
  if (!response) return;
  const headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(exchange.callerRequestId !== undefined && { 'x-request-id': exchange.callerRequestId }),
    ...response.headers,
  };
  request.response = { ...response, headers };
}
