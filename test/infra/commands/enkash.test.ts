import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFunctions } from '../../../infra/commands/shared/invoke.ts';
import { describeProbe } from '../../../infra/commands/shared/probe-words.ts';
import { findStage } from '../../../infra/commands/shared/stages.ts';
import fixture from '../../fixtures/card-account-get-success.json' with { type: 'json' };
import { faults } from '../../local/enkash-faults.ts';
import { leavesOf, type OperatedStage, startOperatedStage } from '../../rigs/operator.ts';

let operated: OperatedStage;
beforeEach(async () => {
  operated = await startOperatedStage();
});
afterEach(() => operated.close());

async function probe(...args: string[]) {
  const out = join(operated.folder, 'report.json');
  const { code, output } = await operated.run('enkash', 'probe', '--out', out, ...args);
  return { code, output, report: JSON.parse(readFileSync(out, 'utf8')) };
}

/** Values of the replies that a report may not hold: what is long enough to be nobody's word. */
const persons = leavesOf(fixture).filter((text) => text.length > 6 && !/^(Success|Verified|Rewards)$/.test(text));
function expectNothingLeaked(text: string): void {
  const { encryption: _, ...secrets } = operated.sandbox.credentials;
  for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  for (const person of persons) expect(text).not.toContain(person);
}

describe('npm run enkash -- probe', () => {
  test('makes one login and one read, and reports their shapes without a value', async () => {
    const { code, output, report } = await probe();
    expect(code).toBe(0);
    expect(report.login).toMatchObject({
      status: 200,
      outcome: 'accepted',
      variant: 'access_token, expires_in (current pages)',
      statedLife: 'up to a day',
    });
    expect(report.reads).toHaveLength(1);
    expect(report.reads[0]).toMatchObject({
      requestWas: 'encrypted',
      encryption: 'reply is encrypted under "request", opens with aes-128-ecb',
      envelope: 'response_code',
      resultCode: 0,
      payload: 'object under payload',
      requiredButMissing: [],
    });
    expect(report.reads[0].shape).toContain('payload.primaryEnKashCard.token: string (digits)');
    expect(operated.sandbox.stats()).toMatchObject({ logins: 1, apiCalls: 1 });
    expectNothingLeaked(output + JSON.stringify(report));
  });

  test('sends no login while the fleet has a token', async () => {
    await probe();
    const { report, output } = await probe();
    expect(report.login).toBeNull();
    expect(output).toContain('Login: none was sent, the fleet has a token.');
    expect(operated.sandbox.stats()).toMatchObject({ logins: 1, apiCalls: 2 });
  });

  test.each([
    [{ tokenShape: 'camel' }, 'accessToken, expiresIn (api-8990264)'],
    [{ tokenShape: 'result' }, 'token, expiry (doc-855396)'],
  ] as const)('names the token variant %j', async (settings, variant) => {
    operated.sandbox.change(settings);
    expect((await probe()).report.login.variant).toBe(variant);
  });

  test('answers the questions of encryption, wrapper, double text, root and missing fields', async () => {
    operated.sandbox.change({ encryption: 'aes-128-ecb-raw', wrapper: 'response', stringify: 2 });
    const { report } = await probe();
    // The secret says aes-128-ecb, so the request cannot be read there; the reply's own variant still shows.
    expect(report.result.code).toBe('UPSTREAM_REFUSED');
    operated.sandbox.change({ encryption: 'aes-128-ecb' });
    const read = (await probe('--company', 'CEKTEST001', '--card-account', 'CATEST005')).report.reads[0];
    expect(read).toMatchObject({
      encryption: 'reply is encrypted under "response", opens with aes-128-ecb',
      stringified: 'twice',
      envelope: 'none',
      payload: 'account at the root',
    });
    const prepaid = (await probe('--company', 'CEKTEST001', '--card-account', 'CATEST002')).report.reads[0];
    expect(prepaid.requiredButMissing).toContain('totalAllocationPoint');
  });

  test('says what a refused login means, and the next probe sends none', async () => {
    operated.sandbox.setPassword('changed at EnKash');
    const first = await probe();
    expect(first.code).toBe(1);
    expect(first.output).toContain('Do not repeat it');
    expect(first.report.login).toMatchObject({ status: 400, outcome: 'refused', variant: 'OAuth2 error' });
    const second = await probe();
    expect(second.report).toMatchObject({
      reads: [],
      result: { code: 'PARTNER_LOGIN_BLOCKED', reason: 'password-refused' },
    });
    expect(operated.sandbox.stats()).toMatchObject({ logins: 1, refused: 1 });
    expectNothingLeaked(first.output + second.output);
  });
});

const asked = { action: 'probe', partner: 'local-partner' } as const;
const account = { ...asked, companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

/** Faults that hang cost the call's whole budget; one of them is enough. */
const quick = [...faults.keys()].filter((name) => !name.startsWith('hang') || name === 'hang');

test('shows neither secrets nor persons, and reads at most twice, whatever EnKash answers', async () => {
  const facts = await findStage({ stage: 'local', 'stage-file': operated.file });
  // A fault that costs the token is followed by a wait: without a token nothing is read.
  const untilServed = async (): Promise<void> => {
    operated.sandbox.setFaults({});
    for (;;) {
      const { report } = await createFunctions(facts).operate<'probe'>(account);
      if (report.result.code === 'OK') return;
      await sleep(500);
    }
  };
  for (const api of quick) {
    await untilServed();
    operated.sandbox.setFaults({ api });
    const before = operated.sandbox.stats();
    const { report } = await createFunctions(facts).operate<'probe'>(account);
    expectNothingLeaked(JSON.stringify(report) + describeProbe(report, facts).join('\n'));
    expect(operated.sandbox.stats().apiCalls - before.apiCalls, api).toBeLessThanOrEqual(2);
    expect(report.reads.length, api).toBeGreaterThan(0);
  }
  expect(operated.sandbox.stats()).toMatchObject({ lockOuts: 0, maxLoginsInFlight: 1, refused: 0 });
});

test('reports a page in place of a token as a possible failure', async () => {
  const facts = await findStage({ stage: 'local', 'stage-file': operated.file });
  operated.sandbox.setFaults({ token: 'html-403' });
  const { report } = await createFunctions(facts).operate<'probe'>(account);
  expect(report).toMatchObject({ login: { status: 403, body: 'HTML', outcome: 'possible' }, reads: [] });
  expect(report.result).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', reason: 'login-unanswered' });
});
