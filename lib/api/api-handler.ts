import middy, { type MiddlewareObj, type Request } from '@middy/core';
import * as z from 'zod/mini';
import { companyId } from '../account-key.ts';
import { ANSWER_MS } from '../budgets.ts';
import { AppError, RequestError } from '../errors.ts';
import { authorize, type Grants } from '../grants.ts';
import type { LogFields } from '../log.ts';
import { claimOf } from '../scopes.ts';
import { accountKey } from './account-contract.ts';
import {
  type ApiEvent,
  header,
  parseBody,
  parseCallerRequestId,
  parseEvent,
  parsePath,
  parseQuery,
  requireScope,
} from './api-request.ts';
import { type Problem, problemSchema, toProblem } from './problem.ts';
import { failureFields, type RequestLineDeps, writeRequestLine } from './request-line.ts';
import type { Route } from './routes/route.ts';

export type ApiResponse = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A request whose token was good, whose parts are parsed, and whose account, if the route names one, is granted. */
export type ApiRequest<P, Q, B> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The caller's name, which the grants know. */
  readonly caller: string;
  /** The partner that the account is granted by; empty where the handler checks by itself. */
  readonly partner: string;
  /** The Accept header. */
  readonly accept: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly requestId: string;
  /** What the audit line says so far. */
  readonly fields: LogFields;
  /** Epoch ms by which the answer must be there. */
  readonly deadline: number;
  /** Adds to the request's one audit line. */
  readonly audit: (fields: LogFields) => void;
};

export type HttpDeps = RequestLineDeps & {
  /** Client id -> caller name. */
  readonly callers: Readonly<Record<string, string>>;
  readonly grants: Grants;
};

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
  /** The caller's own id, if it is one. */
  callerRequestId?: string | undefined;
};
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

/**
 * The one order for every route: token, path, query, body, scope of the query, grant. What is known goes into the audit
 * line before the next step can fail, so that a refused request is found by its account.
 * @throws RequestError, AccountNotFoundError
 */
function openRequest<P, Q, B>(exchange: Exchange, deps: HttpDeps, route: Route<P, Q, B>): ApiRequest<P, Q, B> {
  const audit = (fields: LogFields): void => {
    exchange.audit = { ...exchange.audit, ...fields };
  };
  const event = parseEvent(exchange.event);
  const callerRequestId = parseCallerRequestId(event);
  exchange.callerRequestId = callerRequestId;
  if (callerRequestId !== undefined) audit({ callerRequestId });
  audit({ route: `${event.httpMethod} ${event.resource}` });
  const { caller, scopes } = identify(event, route, deps);
  audit({ caller });
  const params = parsePath(event, route.params);
  audit(idsOf(params));
  const query = route.ignoresQuery ? z.parse(route.query, {}) : parseQuery(event, route.query);
  audit(route.audited?.(query) ?? {});
  const body = readBody(event, route);
  const account = accountOf(route, params, body);
  audit(account ?? {});
  const more = route.alsoNeeds?.(query);
  if (more !== undefined && !scopes.includes(claimOf(more))) throw new RequestError('FORBIDDEN_SCOPE');
  const partner = account ? authorize(deps.grants, caller, account) : '';
  if (account) audit({ partner });
  const { requestId, startedAt, audit: fields } = exchange;
  const headers = {
    accept: header(event, 'accept'),
    ifMatch: header(event, 'if-match'),
    ifNoneMatch: header(event, 'if-none-match'),
  };
  const known = { params, query, body, caller, partner, ...headers, requestId, fields };
  return { ...known, deadline: startedAt + ANSWER_MS, audit };
}

function accountOf({ account }: Pick<Route, 'account'>, params: unknown, body: unknown) {
  if (account === 'params') return z.parse(accountKey, params);
  return account === 'body' ? z.parse(accountKey, body) : undefined;
}

function identify(event: ApiEvent, { scope }: Pick<Route, 'scope'>, { callers }: HttpDeps) {
  if (scope === null) return { caller: UNKNOWN_CALLER, scopes: [] };
  const { clientId, scopes } = requireScope(event, scope);
  return { caller: Object.hasOwn(callers, clientId) ? (callers[clientId] ?? UNKNOWN_CALLER) : UNKNOWN_CALLER, scopes };
}

function readBody<B>(event: ApiEvent, { body, bodyIs }: Pick<Route<unknown, unknown, B>, 'body' | 'bodyIs'>): B {
  if (bodyIs === 'absent') return z.parse(body, undefined);
  // Some clients send `null` for a body that they do not have.
  const isThere = event.body && event.body.trim() !== 'null';
  return isThere || bodyIs === 'required' ? parseBody(event, body) : z.parse(body, {});
}

/** The ids that a path holds. */
function idsOf(params: unknown): LogFields {
  return z.safeParse(accountKey, params).data ?? z.safeParse(companyIdAlone, params).data ?? {};
}

const companyIdAlone = z.object({ companyId });

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
