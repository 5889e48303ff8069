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
