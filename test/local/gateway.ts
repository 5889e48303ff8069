import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { gatewayResponses, headersOf, problemOf } from '../../lib/api/gateway-responses.ts';
import type { Route } from '../../lib/api/routes/route.ts';
import { LAMBDA_MS } from '../../lib/budgets.ts';
import { claimOf } from '../../lib/scopes.ts';
import { createAuthorizer } from './gateway-authorizer.ts';
import { type MatchedRoute, newRequestId, toProxyEvent } from './gateway-event.ts';
import { type Exchange, type Listener, listen } from './http-server.ts';
import { FunctionError, invoke, type LambdaHandler } from './lambda.ts';

/** What the gateway reads of a route. */
export type GatewayRoute = Pick<Route, 'method' | 'path' | 'functionName' | 'scope'>;

export type GatewayOptions = {
  readonly routes: readonly GatewayRoute[];
  /** Function name -> handler. A route whose function is missing here is not deployed: 404. */
  readonly handlers: Readonly<Record<string, LambdaHandler>>;
  readonly issuer: { readonly issuer: string; readonly jwksUrl: string };
  /** @default local */
  readonly stage?: string;
  readonly port?: number;
  /** Lambda's time-out. @default 15000 */
  readonly timeoutMs?: number;
  readonly binaryMediaTypes?: readonly string[];
  /** Answers what is no route, and says so. @default nothing */
  readonly beside?: (exchange: Exchange) => Promise<boolean>;
  /** The response type that the gateway answers by itself to a path, to be practised. @default none */
  readonly rehearse?: (path: string) => string | undefined;
};

/** API Gateway's payload limit. */
const maxBody = 10 * 1024 * 1024;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const resultSchema = z.object({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** @returns undefined when the path does not fit; throws URIError for a malformed escape */
function matchPath(pattern: string, path: string): MatchedRoute | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const pathParameters: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined ? segment !== value : value === '') return undefined;
    if (name !== undefined) pathParameters[name] = decodeURIComponent(value);
  }
  return { resource: pattern, pathParameters };
}

/** The gateway's own answers, from the table the stack is built from. */
function refuse(response: ServerResponse, type: string, requestId: string): void {
  const known = gatewayResponses.find((row) => row.type === type);
  response
    .writeHead(known?.status ?? 500, known ? headersOf(known) : {})
    .end(JSON.stringify(problemOf(type, requestId)));
}

/** The gateway renames a function's own challenge. */
const outName = (name: string): string =>
  name.toLowerCase() === 'www-authenticate' ? `x-amzn-remapped-${name}` : name;

function pass(response: ServerResponse, result: unknown): void {
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = resultSchema.parse(result);
  response.statusCode = statusCode;
  response.setHeader('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(outName(name), String(value));
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) response.setHeader(name, values.map(String));
  response.end(Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'));
}

/** API Gateway (REST, Lambda proxy, Cognito authorizer) on loopback, for the handlers that are deployed. */
export async function startGateway(options: GatewayOptions): Promise<Listener> {
  const {
    routes,
    handlers,
    stage = 'local',
    timeoutMs,
    binaryMediaTypes = [],
    rehearse = () => undefined,
    beside,
  } = options;
  const authorize = createAuthorizer(options.issuer);

  function find({ method, url }: Exchange) {
    for (const route of routes) {
      const handler = handlers[route.functionName];
      const match = route.method === method ? matchPath(route.path, url.pathname) : undefined;
      if (handler && match) return { route, match, handler };
    }
    return undefined;
  }

  /** @returns the response type that the gateway answers itself, or undefined when the function has answered */
  async function handle(exchange: Exchange, requestId: string): Promise<string | undefined> {
    const found = find(exchange);
    if (!found) return (await beside?.(exchange)) ? undefined : 'MISSING_AUTHENTICATION_TOKEN';
    const rehearsed = rehearse(exchange.url.pathname);
    if (rehearsed !== undefined) return rehearsed;
    const { route, match, handler } = found;
    const verdict = await authorize(
      exchange.headers.authorization,
      route.scope === null ? null : [claimOf(route.scope)],
    );
    if ('refused' in verdict) return verdict.refused;
    if (exchange.body.length > maxBody) return 'REQUEST_TOO_LARGE';
    const event = toProxyEvent(exchange, match, { stage, requestId, binaryMediaTypes, ...verdict });
    pass(exchange.response, await invoke(route.functionName, handler, event, timeoutMs));
    return undefined;
  }

  return listen(
    async (exchange) => {
      const requestId = newRequestId();
      exchange.response.setHeader('x-amzn-requestid', requestId);
      const type = await handle(exchange, requestId).catch((error: unknown) => {
        if (error instanceof URIError) return 'BAD_REQUEST_PARAMETERS';
        if (error instanceof FunctionError || error instanceof z.ZodError) return 'INTEGRATION_FAILURE';
        throw error;
      });
      if (type !== undefined) refuse(exchange.response, type, requestId);
    },
    { port: options.port ?? 0, maxBody, drainMs: LAMBDA_MS },
  );
}
