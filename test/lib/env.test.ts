import { describe, expect, test } from 'vitest';
import { awsRuntime, envSchemas, readEnv } from '../../lib/env.ts';
import { rejectionOf, thrownBy } from '../rigs/enkash-sample.ts';

const schema = envSchemas['get-card-account'];
const env = {
  STAGE: 'test',
  CALLERS: '{"client-1":"alpha"}',
  PARTNER_SECRETS: '{"acme":"arn:aws:secretsmanager:ap-south-1:000000000000:secret:acme"}',
  ENKASH_API_URL: 'https://api.example/uat/',
  ENKASH_TOKEN_URL: 'https://token.example',
  NOT_FOUND_CODES: '[404, 1]',
  LOGIN_GATE_TABLE: 'gate',
  UNCOUNTED_LOGIN_REPLIES: '[403]',
  CONTROL_REQUESTS: 'on',
  BALANCES_TABLE: 'balances',
};

describe('readEnv', () => {
  test('parses JSON and origins, without the slash at the end', () => {
    expect(readEnv(schema, env)).toMatchObject({
      CALLERS: { 'client-1': 'alpha' },
      ENKASH_API_URL: 'https://api.example/uat',
      ENKASH_TOKEN_URL: 'https://token.example',
      NOT_FOUND_CODES: [404, 1],
    });
  });

  test.each(['http://127.0.0.1:8080', 'http://localhost:1/x', 'http://[::1]:1'])(
    'takes %s, which is loopback',
    (url) => {
      expect(readEnv(schema, { ...env, ENKASH_API_URL: url })).toMatchObject({ ENKASH_API_URL: url });
    },
  );

  test.each([
    ['STAGE', ''],
    ['STAGE', undefined],
    ['CALLERS', 'canary'],
    ['CALLERS', '["canary"]'],
    ['PARTNER_SECRETS', '{"acme":1}'],
    ['PARTNER_SECRETS', '{"acme":""}'],
    ['ENKASH_API_URL', 'canary'],
    ['ENKASH_API_URL', 'http://canary.example'],
    ['ENKASH_API_URL', 'ftp://canary.example'],
    ['ENKASH_TOKEN_URL', 'http://127.0.0.1.canary.example'],
    ['NOT_FOUND_CODES', '["canary"]'],
    ['NOT_FOUND_CODES', '[1.5]'],
    ['LOGIN_GATE_TABLE', undefined],
  ])('refuses %s = %j, naming the variable and not its value', (name, value) => {
    const error = thrownBy(() => readEnv(schema, { ...env, [name]: value }));
    expect(error).toHaveProperty('message', expect.stringMatching(`^Environment: ${name} `));
    expect(String(Object(error).stack)).not.toContain('canary');
  });

  test('names every variable that is wrong', () => {
    expect(() => readEnv(schema, {})).toThrow(/STAGE.*CALLERS.*PARTNER_SECRETS.*ENKASH_API_URL.*LOGIN_GATE_TABLE/);
  });
});

describe('what is wrong is said in words of our own, for each function', () => {
  const worker = {
    ...env,
    SNAPSHOT_EVERY_SECONDS: '900',
    SNAPSHOT_LATE_SECONDS: '300',
    EVENT_BUS_NAME: 'bus',
    SNAPSHOT_MAX_CONCURRENCY: '2',
    PARTNER_RATES: '{"acme":10}',
  };

  test.each([
    ['take-snapshot', 'STAGE', undefined, 'STAGE is needed'],
    ['take-snapshot', 'STAGE', '', 'STAGE is empty'],
    ['take-snapshot', 'PARTNER_SECRETS', '{', 'PARTNER_SECRETS is not JSON'],
    ['take-snapshot', 'PARTNER_SECRETS', '[]', 'PARTNER_SECRETS must be a JSON object of texts'],
    ['take-snapshot', 'PARTNER_SECRETS', '{"acme":1}', 'PARTNER_SECRETS is needed'],
    ['take-snapshot', 'NOT_FOUND_CODES', '1', 'NOT_FOUND_CODES must be a JSON array'],
    ['take-snapshot', 'NOT_FOUND_CODES', '[1.5]', 'NOT_FOUND_CODES must hold whole numbers'],
    [
      'plan-snapshots',
      'SNAPSHOT_EVERY_SECONDS',
      '1e3',
      'SNAPSHOT_EVERY_SECONDS must be a whole number of at most five digits',
    ],
    ['plan-snapshots', 'SNAPSHOT_EVERY_SECONDS', '0', 'SNAPSHOT_EVERY_SECONDS must be at least 1'],
    ['take-snapshot', 'PARTNER_RATES', '[]', 'PARTNER_RATES must be a JSON object of numbers above 0'],
    ['take-snapshot', 'PARTNER_RATES', '{"acme":0}', 'PARTNER_RATES must be a JSON object of numbers above 0'],
    ['plan-snapshots', 'SNAPSHOT_QUEUE_URL', 'x', 'SNAPSHOT_QUEUE_URL must be a URL'],
  ] as const)('%s: %s = %j', (name, variable, value, words) => {
    const whole = { ...worker, SNAPSHOT_QUEUE_URL: 'https://sqs.example/q', PLAN_JOBS_URL: 'https://sqs.example/p' };
    expect(() => readEnv(envSchemas[name], whole)).not.toThrow();
    expect(() => readEnv(envSchemas[name], { ...whole, [variable]: value })).toThrow(`Environment: ${words}`);
  });
});

describe('awsRuntime', () => {
  const lambda = { AWS_REGION: 'ap-south-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
  test('gives the SDK what the Lambda runtime sets, with and without a session token', async () => {
    expect(awsRuntime(lambda).region).toBe('ap-south-1');
    expect(await awsRuntime(lambda).credentials()).toStrictEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
    expect(await awsRuntime({ ...lambda, AWS_SESSION_TOKEN: 't' }).credentials()).toMatchObject({ sessionToken: 't' });
  });

  test('reads the credentials anew each time, for Lambda replaces them', async () => {
    const source: Record<string, string> = { ...lambda };
    const { credentials } = awsRuntime(source);
    source.AWS_ACCESS_KEY_ID = 'next';
    expect(await credentials()).toMatchObject({ accessKeyId: 'next' });
  });

  test('names what is missing', async () => {
    expect(() => awsRuntime({})).toThrow(/AWS_REGION/);
    const error = await rejectionOf(awsRuntime({ AWS_REGION: 'x', AWS_SECRET_ACCESS_KEY: 'canary' }).credentials());
    expect(error).toHaveProperty('message', expect.stringContaining('AWS_ACCESS_KEY_ID'));
    expect(String(error)).not.toContain('canary');
  });
});
