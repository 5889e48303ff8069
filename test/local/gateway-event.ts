import { randomBytes, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Exchange } from './http-server.ts';

export type MatchedRoute = {
  /** With `{parameter}` segments. */
  readonly resource: string;
  readonly pathParameters: Record<string, string>;
};
export type EventOptions = {
  readonly stage: string;
  readonly requestId: string;
  /** As the authorizer hands them over; absent on a method without one. */
  readonly claims?: Record<string, string>;
  /** Media types whose bodies the API passes as base64. @default none: every body is text */
  readonly binaryMediaTypes?: readonly string[];
};
type Many = Record<string, string[]>;

/** Headers that end at the gateway's own connection. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);
const apiId = 'local00000';

const lastOf = (many: Many | null): Record<string, string> | null =>
  many && Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.at(-1) ?? '']));

function group(pairs: Iterable<readonly [string, string]>, keyOf = (name: string) => name): Many | null {
  const grouped = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of pairs) {
    const entry = grouped.get(keyOf(name)) ?? { name, values: [] };
    entry.values.push(value);
    grouped.set(keyOf(name), entry);
  }
  if (grouped.size === 0) return null;
  return Object.fromEntries([...grouped.values()].map(({ name, values }) => [name, values]));
}

/** Header names stay as the client spelled them; the gateway adds its own four. */
function headersOf(rawHeaders: readonly string[], sourceIp: string): Many | null {
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!hopByHop.has(name.toLowerCase())) pairs.push([name, rawHeaders[at + 1] ?? '']);
  }
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  pairs.push(['X-Amzn-Trace-Id', `Root=1-${seconds}-${randomBytes(12).toString('hex')}`]);
  pairs.push(['X-Forwarded-For', sourceIp], ['X-Forwarded-Port', '443'], ['X-Forwarded-Proto', 'https']);
  return group(pairs, (name) => name.toLowerCase());
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `09/Apr/2015:12:34:56 +0000`, the common log format. */
function requestTimeOf(at: Date): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString()) ?? [];
  return `${day}/${months.find((name) => name === month)}/${year}:${time} +0000`;
}

/**
 * The event that API Gateway's Lambda proxy integration (REST, payload 1.0) makes of a request: last value in `headers`
 * and `queryStringParameters`, all values in the multi-value twins, null for whatever there is none of.
 */
export function toProxyEvent(exchange: Exchange, route: MatchedRoute, options: EventOptions): APIGatewayProxyEvent {
  const { method, url, body, response } = exchange;
  const { stage, requestId, claims, binaryMediaTypes = [] } = options;
  const sourceIp = response.req.socket.remoteAddress ?? '127.0.0.1';
  const multiValueHeaders = headersOf(exchange.rawHeaders, sourceIp);
  const multiValueQuery = group(url.searchParams);
  const isBase64Encoded =
    binaryMediaTypes.includes(exchange.headers['content-type']?.split(';')[0] ?? '') && body.length > 0;
  const now = new Date();
  return {
    resource: route.resource,
    path: url.pathname,
    httpMethod: method,
    headers: lastOf(multiValueHeaders) ?? {},
    multiValueHeaders: multiValueHeaders ?? {},
    queryStringParameters: lastOf(multiValueQuery),
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: Object.keys(route.pathParameters).length > 0 ? route.pathParameters : null,
    stageVariables: null,
    requestContext: {
      resourceId: 'local0',
      ...(claims ? { authorizer: { claims } } : { authorizer: undefined }),
      resourcePath: route.resource,
      httpMethod: method,
      extendedRequestId: `${randomBytes(11).toString('base64url')}=`,
      requestTime: requestTimeOf(now),
      path: url.pathname,
      accountId: '000000000000',
      protocol: 'HTTP/1.1',
      stage,
      domainPrefix: apiId,
      requestTimeEpoch: now.getTime(),
      requestId,
      identity: identityOf(sourceIp, exchange.headers['user-agent']),
      domainName: exchange.headers.host ?? 'localhost',
      apiId,
    },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

export const newRequestId = (): string => randomUUID();

function identityOf(
  sourceIp: string,
  userAgent: string | undefined,
): APIGatewayProxyEvent['requestContext']['identity'] {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp,
    principalOrgId: null,
    accessKey: null,
    apiKey: null,
    apiKeyId: null,
    clientCert: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: userAgent ?? null,
    user: null,
  };
}
