import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHandler as createBalances } from '../../functions/get-balances.ts';
import { createHandler as createList } from '../../functions/list-card-accounts.ts';
import { createHandler as createWatch } from '../../functions/watch-card-account.ts';
import { liveBalancesDeps, liveListDeps, liveWatchDeps } from '../../lib/live/functions.ts';
import { account, claimsOf, context } from '../rigs/function-rig.ts';

/** Takes connections and never answers. */
const mute = createServer(() => {});

beforeAll(async () => {
  await once(mute.listen(0, '127.0.0.1'), 'listening');
  const { port } = mute.address() as { port: number };
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  mute.close();
});

const scope = 'card-accounts/read card-accounts/watch';
const event = (httpMethod: string) => ({
  httpMethod,
  resource: '/r',
  pathParameters: account,
  requestContext: { requestId: 'r', authorizer: { claims: claimsOf(scope) } },
});
const live = {
  env: {
    ...{ AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    ...{ STAGE: 'dev', CALLERS: '{"client-1":"erp"}', PARTNER_SECRETS: '{"acme":"s"}', NOT_FOUND_CODES: '[]' },
    ...{ UNCOUNTED_LOGIN_REPLIES: '[]', CONTROL_REQUESTS: 'on' },
    ...{ ENKASH_API_URL: 'https://api.invalid', ENKASH_TOKEN_URL: 'https://token.invalid' },
    ...{ LOGIN_GATE_TABLE: 'gate', BALANCES_TABLE: 'balances', MAX_WATCHED: '10' },
    ...{ SNAPSHOT_EVERY_SECONDS: '900', SNAPSHOT_LATE_SECONDS: '300' },
  },
  grants: { erp: { grants: [{ partner: 'acme', companyId: account.companyId }] } },
  write: () => {},
};

describe('without an answer from DynamoDB', () => {
  test.each([
    ['the list', () => createList(liveListDeps(live)), 'GET', { companyId: account.companyId }],
    ['the history', () => createBalances(liveBalancesDeps(live)), 'GET', account],
    ['the end of a watch', () => createWatch(liveWatchDeps(live)), 'DELETE', account],
  ])(
    '%s fails within 5 s: the caller waits',
    async (_, create, method, pathParameters) => {
      const startedAt = performance.now();
      const { statusCode } = await create()({ ...event(method), pathParameters }, context);
      expect(statusCode).toBe(503);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    },
    20_000,
  );
});
