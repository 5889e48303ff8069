import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type GatewayOptions, type GatewayRoute, startGateway } from '../local/gateway.ts';
import type { Listener } from '../local/http-server.ts';
import { type OAuthIssuer, startOAuthIssuer } from '../local/oauth-issuer.ts';

const routes: readonly GatewayRoute[] = [
  { method: 'GET', path: '/v1/things/{id}/parts/{part}', functionName: 'read', scope: 'read' },
  { method: 'POST', path: '/v1/things', functionName: 'write', scope: 'full' },
  { method: 'GET', path: '/open', functionName: 'open', scope: null },
  { method: 'GET', path: '/gone', functionName: 'not-deployed', scope: null },
];
/** The events that the functions saw, what they answer, and who serves; as new for each test. */
export const stage = { seen: [] as APIGatewayProxyEvent[], answer: undefined as unknown, url: '' };
export const record = async (event: unknown) => {
  stage.seen.push(event as APIGatewayProxyEvent);
  if (stage.answer instanceof Error) throw stage.answer;
  return stage.answer;
};
const handlers = { read: record, write: record, open: record };
export const issuer: OAuthIssuer = await startOAuthIssuer([]);
const gateways: Listener[] = [];

export async function start(options: Partial<GatewayOptions> = {}): Promise<string> {
  const gateway = await startGateway({ routes, handlers, issuer, ...options });
  gateways.push(gateway);
  return gateway.url;
}
beforeAll(async () => {
  stage.url = await start();
});
afterAll(() => Promise.all([issuer.close(), ...gateways.map((gateway) => gateway.close())]));
beforeEach(() => {
  Object.assign(stage, { seen: [], answer: { statusCode: 200, body: '{}' } });
});

export const now = () => Math.floor(Date.now() / 1000);
export const claims = { sub: 'c', client_id: 'c', token_use: 'access', scope: 'card-accounts/read', version: 2 };
export const token = (changes = {}) =>
  issuer.sign({ ...claims, iss: issuer.issuer, iat: now(), auth_time: now(), exp: now() + 60, ...changes });
export const bearer = async (changes = {}) => ({ authorization: `Bearer ${await token(changes)}` });
export const thing = '/v1/things/a/parts/b';

export async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { code: string; requestId: string };
  expect(response.headers.get('x-amzn-requestid')).toBe(problem.requestId);
  expect(Object.keys(problem).sort()).toEqual(['code', 'requestId', 'retryable', 'status', 'title', 'type']);
  return [response.status, problem.code];
}
