import { createHandler as createGet } from '../../functions/get-card-account.ts';
import { createHandler as createDropIn } from '../../functions/get-card-account-drop-in.ts';
import type { ApiResponse } from '../../lib/api/api-handler.ts';
import { noLatest } from '../../lib/balances/latest-store.ts';
import type { TransportRequest, TransportResult } from '../../lib/enkash/transport.ts';
import type { Grants } from '../../lib/grants.ts';
import { createLog } from '../../lib/log.ts';
import { createMetric } from '../../lib/metrics.ts';
import { startClient } from './client-rig.ts';
import { cipher, payload, reply, sealed, success } from './enkash-sample.ts';

export const account = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
export const context = { awsRequestId: 'lambda-request-1' };

type Claims = Record<string, unknown>;
export const claimsOf = (scope: string, clientId = 'client-1'): Claims => ({
  sub: clientId,
  token_use: 'access',
  scope,
  client_id: clientId,
  version: '2',
});
const allScopes = 'card-accounts/read card-accounts/full card-accounts/watch';

/** A REST proxy event as API Gateway sends it; `changes` replace whole top-level keys. */
function restEvent(httpMethod: string, resource: string, claims: Claims | undefined, changes: object): object {
  return {
    resource,
    path: resource,
    httpMethod,
    headers: { Accept: '*/*', Host: 'api.example' },
    multiValueHeaders: { Accept: ['*/*'], Host: ['api.example'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      resourcePath: resource,
      httpMethod,
      requestId: 'gateway-request-1',
      stage: 'test',
      ...(claims && { authorizer: { claims } }),
    },
    body: null,
    isBase64Encoded: false,
    ...changes,
  };
}

export const getEvent = (changes: object = {}, claims: Claims | undefined = claimsOf(allScopes)): object =>
  restEvent('GET', '/v1/companies/{companyId}/card-accounts/{cardAccountId}', claims, {
    pathParameters: account,
    ...changes,
  });

export const withQuery = (query: Record<string, string[]>): object => ({
  multiValueQueryStringParameters: query,
  queryStringParameters: Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1)])),
});

export const dropInEvent = (changes: object = {}, claims: Claims | undefined = claimsOf(allScopes)): object =>
  restEvent('POST', '/api/v0/partner/enKashCard/cardAccount/get', claims, {
    headers: { 'Content-Type': 'application/json', partnerId: 'ignored' },
    body: JSON.stringify(account),
    ...changes,
  });

/** EnKash as it should be: the account that the request asks for. */
function honest(_nth: number, { body }: TransportRequest): TransportResult {
  const ids = JSON.parse(cipher.decrypt(JSON.parse(body).request).toString());
  return reply(sealed({ ...success, payload: { ...payload, ...ids } }));
}

const grantsForAll: Grants = { alpha: { grants: [{ partner: 'acme', companyId: 'CEKTEST001' }] } };

type Options = {
  readonly grants?: Grants;
  readonly callers?: Readonly<Record<string, string>>;
  readonly enkash?: (nth: number, request: TransportRequest) => TransportResult;
};

/** Both handlers over the production client; EnKash is a function, time stands still unless moved. */
export function startHandlers({
  grants = grantsForAll,
  callers = { 'client-1': 'alpha' },
  enkash = honest,
}: Options = {}) {
  const { client, clock, events } = startClient(enkash);
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const now = () => clock.ms;
  const deps = {
    callers,
    grants,
    now,
    enkash: client,
    // What the instance stores for others is the business of test/lib/api/account-reader.test.ts.
    latest: { get: async () => noLatest, offer: async () => {} },
    known: { add: async () => {} },
    later: () => {},
    log: createLog(write, now),
    metric: createMetric(write, 'test', now),
  };
  const get = createGet(deps);
  const dropIn = createDropIn(deps);
  return {
    deps,
    clock,
    lines,
    /** Calls of EnKash so far. */
    upstreamCalls: () => events.sent.length,
    audits: () => lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'request'),
    get: (event: unknown = getEvent()): Promise<ApiResponse> => get(event, context),
    dropIn: (event: unknown = dropInEvent()): Promise<ApiResponse> => dropIn(event, context),
  };
}

export const bodyOf = ({ body }: ApiResponse): Record<string, unknown> => JSON.parse(body);
