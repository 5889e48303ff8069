import { describe, expect, test } from 'vitest';
import { parseStage, SettingsError } from '../../../infra/stage/settings.ts';
import { madeUpHosts } from '../../rigs/synth.ts';

const base = { enkash: madeUpHosts, zones: ['ap-south-1a'], partners: ['acme'], callers: {} };

function messageOf(changes: Record<string, unknown>, stage = 'live'): string {
  try {
    parseStage({ [stage]: { ...base, ...changes } }, stage);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
}

const caller = { scopes: ['read'], grants: [] };
const names = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index + 10}`);
const certificateArn = (region: string, account = '111122223333') => `arn:aws:acm:${region}:${account}:certificate/1`;
const domain = (changes: Record<string, unknown>) => ({
  customDomain: {
    name: 'cards.example.com',
    certificateArn: certificateArn('ap-south-1'),
    truststoreUri: 's3://trust/callers.pem',
    truststoreVersion: 'v1',
    ...changes,
  },
});
const companies = (count: number) => names(count, 'CEKTEST0').map((id) => id.slice(0, 10));
const webhook = (url: string) => ({ callers: { erp: { ...caller, webhook: { url } } } });
const host = (apiUrl: string) => ({ enkash: { ...madeUpHosts, apiUrl } });

describe('a stage is refused before synth or AWS would refuse it', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['a zone that is none', 'zones.0: must be a zone of ap-south-1: ap-south-1a', { zones: ['ap-south-1'] }],
    ['a local zone', 'zones.0: must be a zone', { zones: ['ap-south-1-ccu-1a'] }],
    ['zones in another order', 'zones: must be in order', { zones: ['ap-south-1b', 'ap-south-1a'] }],
    ['partners that differ by a dash', 'partners: ab and a-b differ by a dash alone', { partners: ['ab', 'a-b'] }],
    ['callers that differ by a dash', 'callers.e-rp: differs from erp', { callers: { erp: caller, 'e-rp': caller } }],
    ['an address twice', 'alarmEmails: names A@example.com twice', { alarmEmails: ['a@example.com', 'A@example.com'] }],
    [
      'a reader twice',
      'balanceEmails: names A@b.in twice',
      { balanceEmails: [{ email: 'a@b.in' }, { email: 'A@b.in' }] },
    ],
    [
      'a reader of too many companies',
      'balanceEmails.0.companies: 31 companies x 5 events are more than the 150',
      { balanceEmails: [{ email: 'a@b.in', companies: companies(31) }] },
    ],
    ['a webhook inside our network', 'webhook.url: must be a public address', webhook('https://10.0.0.7/')],
    ['a webhook without TLS', 'webhook.url: must be https', webhook('http://hooks.example.com/')],
    ['a port', 'enkash.apiUrl: must be an https:// origin without a port', host('https://a.in:8443')],
    ['this machine', 'enkash.apiUrl: must be an https:// origin that AWS reaches', host('https://localhost')],
    ['a user in the URL', 'enkash.apiUrl: must be an https:// origin without user', host('https://u@a.in')],
    [
      'the endpoint itself',
      'enkash.apiUrl: ends in the path',
      host('https://a.in/api/v0/partner/enKashCard/cardAccount/get'),
    ],
    ['an audit without firewall', 'waf: must be true where audited is true', { waf: false }],
    ['an audit without traces', 'tracing: must be true where audited is true', { tracing: false }],
    ['an audit with open egress', 'egress: must be fixed where audited is true', { egress: 'open' }],
    [
      'more executions than there are',
      'reserves 40000 executions in all',
      { reservedConcurrency: { 'get-balances': 40_000 } },
    ],
    [
      'a throttled worker',
      'must be at least snapshots.maxConcurrency (5)',
      { reservedConcurrency: { 'take-snapshot': 4 } },
    ],
    [
      'a planner with fewer executions than its queue uses',
      'plan-snapshots: must be at least 17: its jobs and its schedule',
      { reservedConcurrency: { 'plan-snapshots': 16 } },
    ],
    [
      'a reconciler with fewer than its two queues use',
      'reconcile-snapshots: must be at least 25',
      { reservedConcurrency: { 'reconcile-snapshots': 24 } },
    ],
    [
      'a function that is none',
      'reservedConcurrency.nobody: is not a function',
      { reservedConcurrency: { nobody: 1 } },
    ],
    [
      'a certificate elsewhere',
      'certificateArn: must be in ap-south-1',
      domain({ certificateArn: certificateArn('us-east-1') }),
    ],
    [
      'a certificate of another account',
      'certificateArn: must be of the account 999999999999',
      { account: '999999999999', ...domain({}) },
    ],
    ['a truststore without a key', 'truststoreUri: must be s3://bucket/key', domain({ truststoreUri: 's3://trust' })],
    ['a bucket that is none', 'truststoreUri: must be s3://bucket/key', domain({ truststoreUri: 's3://Trust_/k' })],
    ['a runbook without TLS', 'runbookUrl: must be an https:// URL', { runbookUrl: 'http://wiki' }],
    [
      'a runbook whose address no text of an alarm has room for',
      'runbookUrl: must have 300 characters at most',
      { runbookUrl: `https://wiki/${'r'.repeat(300)}` },
    ],
  ])('%s', (_what, message, changes) => {
    expect(messageOf(changes)).toContain(message);
  });

  test.each(['aws-live', 'my-cognito', 'amazon'])('the stage name %s, which Cognito takes in no domain', (stage) => {
    expect(messageOf({}, stage)).toMatch(/may not contain (aws|cognito|amazon)/);
  });

  test('variables beyond 4 kB, of callers and of partners, with the function and the cure', () => {
    const callers = Object.fromEntries(names(90, 'a-caller-with-a-name-').map((name) => [name, caller]));
    expect(messageOf({ callers })).toMatch(
      /live\.callers: the variables of .* Lambda takes 4096: shorten names, or serve/,
    );
    expect(messageOf({ partners: names(35, 'partner') })).toMatch(
      /live\.partners: the variables of .*, and Lambda takes 4096/,
    );
    expect(messageOf({ partners: names(20, 'partner') })).toBe('accepted');
  });

  test('more resources than CloudFormation takes', () => {
    const callers = Object.fromEntries(names(60, 'c').map((name) => [name, caller]));
    const alarmEmails = names(300, 'a').map((name) => `${name}@example.com`);
    expect(messageOf({ callers, alarmEmails })).toMatch(
      /the stack would have about \d+ resources, and 480 is the limit/,
    );
  });

  test('and nothing of a plain one', () => {
    expect(messageOf({})).toBe('accepted');
    expect(messageOf({ enkash: { apiUrl: 'https://a.in:443', tokenUrl: 'https://a.in' } })).toBe('accepted');
  });
});
