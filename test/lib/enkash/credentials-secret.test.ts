import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSecret, placeholderSecret } from '../../../lib/enkash/credentials.ts';
import { thrownBy } from '../../rigs/enkash-sample.ts';
import { filled, refused, secretWith } from '../../rigs/secret-sample.ts';

describe('parseSecret', () => {
  test('gives the credentials with their version', () => {
    expect(parseSecret(secretWith({}), 'v7')).toStrictEqual({ ...filled, versionId: 'v7' });
  });

  test('drops keys that are not documented', () => {
    expect(parseSecret(secretWith({ comment: 'x' }), 'v7')).not.toHaveProperty('comment');
  });

  test('does without an encryption secret when encryption is off', () => {
    const { encryptionSecret: _, ...rest } = filled;
    expect(parseSecret(JSON.stringify({ ...rest, encryption: 'off' }), 'v1')).toMatchObject({ encryption: 'off' });
  });

  test.each([
    ['that the stack writes', placeholderSecret],
    ['with other words', '{"placeholder":"fill me: see README"}'],
    ['left in a filled secret', secretWith({ placeholder: 'x' })],
  ])('refuses the placeholder %s as not-filled, to be looked at again in a minute', (_, text) => {
    expect(thrownBy(() => parseSecret(text, 'v1'))).toMatchObject({ ...refused('not-filled'), retryAfterSeconds: 60 });
  });

  const { password: _, ...withoutPassword } = filled;
  const malformed: [string, string][] = [
    ['text', 'canary-password'],
    ['an empty text', ''],
    ['half of it', secretWith({}).slice(0, -5)],
    ['an array', `[${secretWith({})}]`],
    ['null', 'null'],
    ['a missing field', JSON.stringify(withoutPassword)],
    ['an empty password', secretWith({ password: '' })],
    ['a password that is a number', secretWith({ password: 12345678 })],
    ['white space after the password, which would cost a login', secretWith({ password: 'canary-password\n' })],
    ['white space before the Basic secret', secretWith({ basicSecret: ' canary-basic-secret' })],
    ['a colon in the Basic id, which would move the border to the secret', secretWith({ basicId: 'a:b' })],
    ['a partner id that is no header value', secretWith({ partnerId: 'a\r\nX-Evil: 1' })],
    ['a partner id beyond ASCII', secretWith({ partnerId: 'पार्टनर' })],
    ['an unknown mode of encryption', secretWith({ encryption: 'aes-256-gcm' })],
    ['encryption without its secret', secretWith({ encryptionSecret: undefined })],
    ['an empty encryption secret', secretWith({ encryptionSecret: '' })],
    ['a raw key of 15 bytes', secretWith({ encryption: 'aes-128-ecb-raw', encryptionSecret: 'x'.repeat(15) })],
    ['a password of 513 characters', secretWith({ password: 'p'.repeat(513) })],
  ];
  test.each(malformed)('refuses %s as invalid, quoting nothing of it', (_, text) => {
    const error = thrownBy(() => parseSecret(text, 'v1'));
    expect(error).toMatchObject({ ...refused('invalid'), retryAfterSeconds: 60 });
    expect(Object(error).cause).toBeUndefined();
    expect(`${Object(error).stack}${JSON.stringify(error)}`).not.toMatch(/canary|12345678/);
  });

  test('whatever the text, it gives credentials or a CredentialsError without cause', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.constantFrom(...Object.keys(filled)), fc.jsonValue()).map((changes) => secretWith(changes)),
    );
    fc.assert(
      fc.property(text, (secret) => {
        try {
          expect(parseSecret(secret, 'v1').versionId).toBe('v1');
        } catch (error) {
          expect(error).toMatchObject({ name: 'CredentialsError', code: 'CREDENTIALS_UNAVAILABLE' });
          expect(Object(error).cause).toBeUndefined();
        }
      }),
    );
  });
});
