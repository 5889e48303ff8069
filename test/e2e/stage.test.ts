import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../local/stage.ts';
import { accountUrl, fetchToken } from '../local/stage-client.ts';
import { fieldsOf } from '../rigs/sandbox-client.ts';

let stage: Stage;
let lines: string[] = [];
beforeEach(async () => {
  lines = [];
  stage = await startStage({ env: process.env, write: (line) => lines.push(line) });
});
afterEach(() => stage.close());

const example = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };
const elsewhere = { companyId: 'CEKTEST002', cardAccountId: 'CATEST101' };
const dropInPath = '/api/v0/partner/enKashCard/cardAccount/get';

async function read(account = example, query = '', caller = stage.callers[0]): Promise<Response> {
  const authorization = `Bearer ${await fetchToken(stage.tokenUrl, caller)}`;
  return fetch(accountUrl(stage.url, account) + query, { headers: { authorization } });
}
async function dropIn(body: string, headers = {}, caller = stage.callers[0]): Promise<Response> {
  const authorization = `Bearer ${await fetchToken(stage.tokenUrl, caller)}`;
  const all = { authorization, 'content-type': 'application/json', ...headers };
  return fetch(stage.url + dropInPath, { method: 'POST', headers: all, body });
}
async function outcome(response: Promise<Response>): Promise<string> {
  const settled = await response;
  const { code = 'OK' } = await fieldsOf(settled);
  return `${settled.status} ${code}`;
}
const sandbox = () => {
  if (!stage.sandbox) throw new Error('no sandbox');
  return stage.sandbox;
};

describe('reading an account', () => {
  test('answers money as text with two digits, and null for what an account of that kind lacks', async () => {
    expect(await fieldsOf(read())).toMatchObject({
      ...example,
      balances: { available: '898138.00', availableOnCards: '92415.44', usedCredit: '-990553.44', creditLimit: '0.00' },
      points: { allocated: '107900.00', redeemed: '23004.92' },
      freshness: { source: 'live', stale: false },
    });
    const kinds = await Promise.all(stage.accounts.map((account) => read(account).then(fieldsOf)));
    expect(kinds.map(({ balances, accountType }) => ({ accountType, balances }))).toMatchObject([
      { accountType: 'EMPLOYEE_REWARDS' },
      { accountType: 'RELOADABLE_GPR', balances: { available: '250000.50' } },
      { accountType: 'PETTY_CASH', balances: { available: '5000.00', creditLimit: null } },
      {
        accountType: 'CORPORATE',
        balances: { available: '-1250.75', availableOnCards: '1005.29', creditLimit: '12345678.90' },
      },
      { accountType: null, balances: { available: '898138.00', availableOnCards: null } },
    ]);
    expect(kinds.map(({ points }) => points)).toContainEqual({
      allocated: null,
      redeemed: null,
      allocatedThisMonth: null,
      redeemedThisMonth: null,
    });
  });

  test('takes one login and one call per request', async () => {
    for (const account of stage.accounts) await read(account);
    expect(sandbox().stats()).toMatchObject({ logins: 1, apiCalls: stage.accounts.length, lockOuts: 0 });
  });

  test('never lets the card token out, in the full view neither', async () => {
    const text = await (await read(example, '?view=full')).text();
    expect(text).toContain('Asha');
    expect(text).not.toContain('00000000000000000001');
  });

  test("is a drop-in for EnKash's own path", async () => {
    const body = await fieldsOf(dropIn(JSON.stringify(example)));
    expect(body).toMatchObject({ response_code: 0, payload: { ...example, availableBalance: 898138 } });
    expect(JSON.stringify(body)).not.toContain('00000000000000000001');
  });

  test('follows a change of the balance', async () => {
    sandbox().setBalance({ ...example, availableBalance: 12.5 });
    expect(await fieldsOf(read())).toMatchObject({ balances: { available: '12.50' } });
  });

  test.each(['off', 'aes-128-ecb', 'aes-128-ecb-raw'] as const)('works with encryption %s', async (encryption) => {
    sandbox().change({ encryption });
    stage.aws.secretsManager?.put('enkash/local-partner', JSON.stringify({ ...sandbox().credentials, encryption }));
    for (const stringify of [1, 2] as const)
      for (const wrapper of ['request', 'response'] as const) {
        sandbox().change({ stringify, wrapper });
        expect(await outcome(read()), `${wrapper} ${stringify}`).toBe('200 OK');
      }
  });

  test.each(['oauth', 'camel', 'result'] as const)('works with the token reply %s', async (tokenShape) => {
    sandbox().change({ tokenShape });
    expect(await outcome(read())).toBe('200 OK');
  });
});

describe('who may read what', () => {
  test('answers a foreign account like one that is not there, and never asks EnKash about it', async () => {
    const [, auditor] = stage.callers;
    const body = async (account: typeof example) => {
      const response = await read(account, '', auditor);
      return (await response.text()).replace(/"requestId":"[^"]+"/, '');
    };
    const foreign = await body(example);
    expect(foreign).toContain('ACCOUNT_NOT_FOUND');
    expect(sandbox().stats()).toMatchObject({ logins: 0, apiCalls: 0 });
    expect(await body({ ...elsewhere, cardAccountId: 'CANOTTHERE' })).toBe(foreign);
    expect(await outcome(read(elsewhere, '', auditor))).toBe('200 OK');
  });

  test('wants a token, the scope, and a route that is there', async () => {
    const [, auditor] = stage.callers;
    expect(await outcome(fetch(accountUrl(stage.url, example)))).toBe('401 UNAUTHORIZED');
    expect(await outcome(dropIn(JSON.stringify(example), {}, auditor))).toBe('403 FORBIDDEN_SCOPE');
    expect(await outcome(read(elsewhere, '?view=full', auditor))).toBe('403 FORBIDDEN_SCOPE');
    expect(await outcome(fetch(`${stage.url}/v2`))).toBe('404 NOT_FOUND');
    expect((await fetch(`${stage.url}/openapi.json`)).status).toBe(200);
  });
});

describe('bad input', () => {
  test.each([
    ['a malformed company', () => read({ ...example, companyId: 'CEK1' }), 400],
    ['an unknown query parameter', () => read(example, '?vieww=full'), 400],
    ['a query parameter given twice', () => read(example, '?view=full&view=summary'), 400],
    ['a body that is not JSON', () => dropIn('{'), 400],
    ['a body over 8 kB', () => dropIn(JSON.stringify({ ...example, x: 'x'.repeat(9000) })), 413],
    ['another media type', () => dropIn('{}', { 'content-type': 'text/plain' }), 415],
  ])('%s is refused before anything else happens', async (_, request, status) => {
    expect((await request()).status).toBe(status);
    expect(sandbox().stats()).toMatchObject({ logins: 0, apiCalls: 0 });
  });
});

describe('when EnKash misbehaves', () => {
  test.each([
    ['business-failure', '502 UPSTREAM_REFUSED'],
    ['business-failure-code', '502 UPSTREAM_REFUSED'],
    ['not-enabled', '502 UPSTREAM_REFUSED'],
    ['400', '502 UPSTREAM_REFUSED'],
    ['409', '502 UPSTREAM_REFUSED'],
    ['412', '502 UPSTREAM_REFUSED'],
    ['422', '502 UPSTREAM_REFUSED'],
    ['403-json', '502 UPSTREAM_REFUSED'],
    ['404', '404 ACCOUNT_NOT_FOUND'],
    ['html-403', '503 UPSTREAM_UNAVAILABLE'],
    ['429', '503 UPSTREAM_UNAVAILABLE'],
    ['html-429', '503 UPSTREAM_UNAVAILABLE'],
    ['500', '503 UPSTREAM_UNAVAILABLE'],
    ['503', '503 UPSTREAM_UNAVAILABLE'],
    ['html-503', '503 UPSTREAM_UNAVAILABLE'],
    ['reset', '503 UPSTREAM_UNAVAILABLE'],
    ['reset-after', '503 UPSTREAM_UNAVAILABLE'],
    ['hang', '504 UPSTREAM_TIMEOUT'],
    ['half-body', '502 UPSTREAM_UNREADABLE'],
    ['oversize', '502 UPSTREAM_UNREADABLE'],
    ['gzip-bomb', '502 UPSTREAM_UNREADABLE'],
    ['redirect', '502 UPSTREAM_UNREADABLE'],
    ['html-200', '502 UPSTREAM_UNREADABLE'],
    ['garbage', '502 UPSTREAM_UNREADABLE'],
    ['empty', '502 UPSTREAM_UNREADABLE'],
    ['wrong-key', '502 UPSTREAM_UNREADABLE'],
    ['money-text', '502 UPSTREAM_UNREADABLE'],
    ['money-third-digit', '502 UPSTREAM_UNREADABLE'],
    ['missing-field', '502 UPSTREAM_UNREADABLE'],
    ['nan', '502 UPSTREAM_UNREADABLE'],
    ['null-payload', '502 UPSTREAM_UNREADABLE'],
    ['array-payload', '502 UPSTREAM_UNREADABLE'],
    ['deep', '502 UPSTREAM_UNREADABLE'],
    ['other-account', '502 UPSTREAM_MISMATCH'],
    ['other-company', '502 UPSTREAM_MISMATCH'],
    ['401-always', '503 UPSTREAM_UNAVAILABLE'],
    ['code-message', '200 OK'],
    ['unknown-extras', '200 OK'],
    ['proto', '200 OK'],
  ])('%s is %s', async (api, expected) => {
    sandbox().setFaults({ api });
    expect(await outcome(read())).toBe(expected);
    expect(sandbox().stats().lockOuts).toBe(0);
  });

  test('logs in once with a stale password, whatever the crowd', async () => {
    sandbox().setPassword('changed at EnKash');
    const crowd = await Promise.all(Array.from({ length: 60 }, () => outcome(read())));
    expect(new Set(crowd)).toEqual(new Set(['503 PARTNER_LOGIN_BLOCKED']));
    expect(sandbox().stats()).toMatchObject({ refused: 1, maxLoginsInFlight: 1, lockOuts: 0, apiCalls: 0 });
  });

  test('recovers from Secrets Manager being down', async () => {
    stage.aws.secretsManager?.setFault({ fail: 'down' });
    expect(await outcome(read())).toBe('503 CREDENTIALS_UNAVAILABLE');
    stage.aws.secretsManager?.setFault({});
    expect(await outcome(read())).toBe('200 OK');
  });
});

test('logs one audit line per request, and nothing secret or personal', async () => {
  await read(example, '?view=full');
  await dropIn(JSON.stringify(example));
  const text = lines.join('\n');
  expect(text.match(/"event":"request"/g)).toHaveLength(2);
  const { encryption: _, ...secrets } = sandbox().credentials;
  for (const secret of [...Object.values(secrets), 'Asha', 'asha.rao', '9000000001', 'ey', 'Bearer'])
    expect(text).not.toContain(secret);
});
