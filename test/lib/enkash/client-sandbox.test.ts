import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEnkashClient } from '../../../lib/enkash/client.ts';
import { createAgents } from '../../../lib/enkash/connections.ts';
import type { Session, SessionSource } from '../../../lib/enkash/session.ts';
import { sendLogin } from '../../../lib/enkash/token-request.ts';
import { createTransport } from '../../../lib/enkash/transport.ts';
import { judgeLogin } from '../../../lib/login-gate/outcome.ts';
import { faults } from '../../local/enkash-faults.ts';
import { type EnkashSandbox, startEnkashSandbox } from '../../local/enkash-sandbox.ts';
import { asked, rejectionOf } from '../../rigs/enkash-sample.ts';

let sandbox: EnkashSandbox;
beforeAll(async () => {
  sandbox = await startEnkashSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  sandbox.setFaults({});
  sandbox.change({
    encryption: 'aes-128-ecb',
    wrapper: 'request',
    stringify: 1,
    unknownAccount: '404',
    tokenShape: 'oauth',
  });
});

/** The production client with the simplest session source: a login per session, by the production login. */
function startClient(encryption = sandbox.credentials.encryption) {
  const agents = createAgents();
  const send = createTransport(agents);
  const credentials = { ...sandbox.credentials, encryption, versionId: 'v1' };
  const logIn = async (): Promise<Session> => {
    const outcome = judgeLogin(await sendLogin(send, `${sandbox.url}/oauth/token`, credentials), Date.now());
    if (outcome.kind !== 'accepted') throw new Error(`login ${outcome.kind}`);
    return { token: outcome.token, credentials, expiresAt: Date.now() + 1_000 };
  };
  const sessions: SessionSource = { preload: async () => {}, get: logIn, accepted: async () => {}, renew: logIn };
  const client = createEnkashClient({
    send,
    preconnect: agents.preconnect,
    sessions,
    accountUrl: `${sandbox.url}/api/v0/partner/enKashCard/cardAccount/get`,
    notFoundCodes: [],
    now: Date.now,
    sleep,
    random: () => 0,
    onCall: () => {},
    onResidues: () => {},
  });
  const request = (budgetMs = 9_000) => ({ ...asked, partner: 'acme', deadline: Date.now() + budgetMs });
  return {
    read: (ids = {}, budgetMs?: number) => client.readSummary({ ...request(budgetMs), ...ids }),
    readFull: (ids = {}) => client.readFull({ ...request(), ...ids }),
  };
}

const account = { account: { ...asked, balances: { available: 89_813_800 } } };
const unreadable = (step: string, details: object = {}) => ({
  code: 'UPSTREAM_UNREADABLE',
  details: { step, ...details },
});
const unavailable = (details: object) => ({ code: 'UPSTREAM_UNAVAILABLE', details });
const refused = (upstreamStatus: number, upstreamCode: number) => ({
  code: 'UPSTREAM_REFUSED',
  details: { upstreamStatus, upstreamCode },
});
const mismatch = { code: 'UPSTREAM_MISMATCH', details: { step: 'echo' } };
const timeout = { code: 'UPSTREAM_TIMEOUT', details: {} };

/** What a read comes to under each fault: an account, or an error. */
const expected: Record<string, object> = {
  hang: timeout,
  'hang-before': timeout,
  reset: unavailable({ reason: 'reset' }),
  'reset-after': unavailable({ reason: 'reset' }),
  'reset-after-bytes': unreadable('size'),
  'half-body': unreadable('size'),
  redirect: unreadable('envelope', { upstreamStatus: 302 }),
  oversize: unreadable('size'),
  'gzip-bomb': unreadable('size'),
  garbage: unreadable('utf8'),
  empty: unreadable('json'),
  'cf-1020': unavailable({ reason: 'egress-refused', upstreamStatus: 403 }),
  'dead-socket': account,
  'not-http': unreadable('protocol'),
  'html-404': unavailable({ reason: 'not-the-api', upstreamStatus: 404 }),
  'text-404': unavailable({ reason: 'not-the-api', upstreamStatus: 404 }),
  'spring-404': unavailable({ reason: 'not-the-api', upstreamStatus: 404 }),
  'html-405': unavailable({ reason: 'not-the-api', upstreamStatus: 405 }),
  'invalid-token-400': { code: 'UPSTREAM_UNAVAILABLE', details: { reason: 'token-refused' } },
  'code-401-in-200': { code: 'UPSTREAM_UNAVAILABLE', details: { reason: 'token-refused' } },
  'coding-utf8': account,
  'gzip-unasked': account,
  'coding-unknown': unreadable('coding'),
  'base64-newline': account,
  'base64-in-lines': account,
  utf16: account,
  'card-number-in-texts': {
    account: {
      companyName: 'Rewards 411111XXXXXX1111',
      accountTitle: 'Card 4111 11XX XXXX 1111',
      cards: { total: null },
    },
  },
  'long-text': { account: { accountTitle: null } },
  'empty-card-list': account,
  'empty-card-text': account,
  'time-with-fraction': account,
  'time-with-t': account,
  'time-in-epoch-ms': account,
  'float-noise-of-billions': { account: { balances: { available: 429_496_729_620 } } },
  'html-200': unreadable('json'),
  'html-403': unavailable({ reason: 'egress-refused', upstreamStatus: 403 }),
  'html-429': unavailable({ upstreamStatus: 429 }),
  'html-503': unavailable({ upstreamStatus: 503 }),
  '403-json': refused(403, 403),
  '401': { code: 'UPSTREAM_UNAVAILABLE', reason: 'token-refused', details: { upstreamStatus: 401 } },
  '401-always': { code: 'UPSTREAM_UNAVAILABLE', reason: 'token-refused', details: { upstreamStatus: 401 } },
  '400': refused(400, 400),
  '404': { code: 'ACCOUNT_NOT_FOUND' },
  '409': refused(409, 409),
  '412': refused(412, 412),
  '422': refused(422, 422),
  '429': unavailable({ upstreamStatus: 429 }),
  '500': unavailable({ upstreamStatus: 500 }),
  '502': unavailable({ upstreamStatus: 502 }),
  '503': unavailable({ upstreamStatus: 503 }),
  '504': unavailable({ upstreamStatus: 504 }),
  'business-failure': refused(200, 1),
  'business-failure-code': refused(200, 1),
  'not-enabled': refused(200, 403),
  'code-message': account,
  'other-account': mismatch,
  'other-company': mismatch,
  'money-text': unreadable('schema', { paths: ['availableBalance: string'] }),
  'money-third-digit': unreadable('schema', { paths: ['availableBalance: number'] }),
  'missing-field': unreadable('schema', { paths: ['availableBalance: missing'] }),
  'unknown-extras': account,
  'null-payload': unreadable('envelope'),
  'array-payload': unreadable('envelope'),
  'stringified-payload': account,
  nan: unreadable('json'),
  proto: account,
  deep: unreadable('json'),
  'wrong-key': { code: 'UPSTREAM_UNREADABLE' },
  corrupted: { code: 'UPSTREAM_UNREADABLE' },
};

describe('under every fault of the sandbox', () => {
  test('the table below covers each of them', () => {
    expect(Object.keys(expected).toSorted()).toStrictEqual([...faults.keys()].toSorted());
  });

  test.each(Object.entries(expected))('%s', async (name, outcome) => {
    const { read } = startClient();
    sandbox.setFaults({ api: name });
    const result = await read({}, name.startsWith('hang') ? 400 : 9_000).catch((error: unknown) => error);
    expect(result).toMatchObject(outcome);
    sandbox.setFaults({});
    expect(await read()).toMatchObject(account);
  });
});

describe('against the sandbox', () => {
  const modes = (['aes-128-ecb', 'aes-128-ecb-raw', 'off'] as const).flatMap((encryption) =>
    (['request', 'response'] as const).flatMap((wrapper) =>
      ([1, 2] as const).map((stringify) => ({ encryption, wrapper, stringify })),
    ),
  );
  test.each(modes)('reads with $encryption, wrapped in $wrapper, stringified $stringify times', async (settings) => {
    sandbox.change(settings);
    expect(await startClient(settings.encryption).read()).toMatchObject(account);
  });

  test.each(['oauth', 'camel', 'result'] as const)('logs in with the token shape %s', async (tokenShape) => {
    sandbox.change({ tokenShape });
    expect(await startClient().read()).toMatchObject(account);
  });

  test.each([
    ['prepaid, without points', 'CATEST002', 25_000_050, null],
    ['petty cash, all else null', 'CATEST003', 500_000, null],
    ['corporate, overdrawn, with float noise', 'CATEST004', -125_075, 1_234_567_890],
    ['the documented ten fields at the root', 'CATEST005', 89_813_800, null],
  ])('reads an account of another kind: %s', async (_, cardAccountId, available, creditLimit) => {
    const { read, readFull } = startClient();
    const { balances, points } = (await read({ cardAccountId })).account;
    expect(balances.available).toBe(available);
    expect((await readFull({ cardAccountId })).account.balances.available).toBe(available);
    if (creditLimit !== null) expect(balances.creditLimit).toBe(creditLimit);
    expect(Object.values({ ...balances, ...points })).not.toContain(undefined);
  });

  test('an unknown account is ACCOUNT_NOT_FOUND by 404, and refused by a business failure until its code is known', async () => {
    const { read } = startClient();
    expect(await rejectionOf(read({ cardAccountId: 'CANOBODY1' }))).toMatchObject({ code: 'ACCOUNT_NOT_FOUND' });
    sandbox.change({ unknownAccount: 'business-failure' });
    expect(await rejectionOf(read({ cardAccountId: 'CANOBODY1' }))).toMatchObject(refused(200, 1));
  });

  test('a token that dies early is renewed once: two API calls', async () => {
    const { read } = startClient();
    sandbox.setFaults({ api: '401', times: 1 });
    const before = sandbox.stats().apiCalls;
    expect(await read()).toMatchObject(account);
    expect(sandbox.stats().apiCalls - before).toBe(2);
  });

  test('a 401 that never ends costs three API calls', async () => {
    const { read } = startClient();
    sandbox.setFaults({ api: '401-always' });
    const before = sandbox.stats().apiCalls;
    expect(await rejectionOf(read())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(sandbox.stats().apiCalls - before).toBe(3);
  });

  test('a passing 503 is repeated and read', async () => {
    const { read } = startClient();
    sandbox.setFaults({ api: '503', times: 1 });
    expect(await read()).toMatchObject(account);
  });
});
