import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createCipher } from '../../../lib/enkash/cipher.ts';
import fixture from '../../fixtures/cipher-vectors.json' with { type: 'json' };
import { sandboxDecrypt, sandboxEncrypt } from '../../local/enkash-cipher.ts';
import { thrownBy } from '../../rigs/enkash-sample.ts';

const mode = z.enum(['aes-128-ecb', 'aes-128-ecb-raw']);
const vectors = fixture.vectors.map((vector) => ({ ...vector, encryption: mode.parse(vector.encryption) }));
const modes = fc.constantFrom(...mode.options);
const secrets = fc.string({ minLength: 16, maxLength: 64, unit: 'binary' });
const onlyFailure = { name: 'DecryptionError', message: 'Decryption failed' };

describe('the vectors of test/fixtures/cipher-vectors.json', () => {
  test.each(vectors)('$name: encrypts and decrypts ($source)', ({ encryption, secret, plaintext, ciphertext }) => {
    const cipher = createCipher({ encryption, encryptionSecret: secret });
    expect(cipher.encrypt(plaintext)).toBe(ciphertext);
    expect(cipher.decrypt(ciphertext).toString('utf8')).toBe(plaintext);
  });

  test.each(vectors)('$name: the key is the one stated', ({ encryption, secret, key }) => {
    const bytes = Buffer.from(secret, 'utf8');
    const source = encryption === 'aes-128-ecb' ? createHash('sha256').update(bytes).digest() : bytes;
    expect(source.subarray(0, 16).toString('hex')).toBe(key);
  });
});

describe('createCipher', () => {
  test('whatever is encrypted is decrypted again, in both modes', () => {
    fc.assert(
      fc.property(modes, secrets, fc.string({ unit: 'binary' }), (encryption, encryptionSecret, plaintext) => {
        const cipher = createCipher({ encryption, encryptionSecret });
        expect(cipher.decrypt(cipher.encrypt(plaintext)).toString('utf8')).toBe(
          Buffer.from(plaintext, 'utf8').toString('utf8'),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("agrees with the sandbox's own reading of the documentation, in both modes and both directions", () => {
    fc.assert(
      fc.property(modes, secrets, fc.string({ unit: 'grapheme' }), (encryption, encryptionSecret, plaintext) => {
        const cipher = createCipher({ encryption, encryptionSecret });
        expect(cipher.encrypt(plaintext)).toBe(sandboxEncrypt(encryption, encryptionSecret, plaintext));
        expect(sandboxDecrypt(encryption, encryptionSecret, cipher.encrypt(plaintext))).toBe(
          cipher.decrypt(sandboxEncrypt(encryption, encryptionSecret, plaintext)).toString('utf8'),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('the ciphertext is standard base64 with padding, never the URL alphabet', () => {
    const cipher = createCipher({ encryption: 'aes-128-ecb', encryptionSecret: 'x' });
    fc.assert(
      fc.property(fc.string(), (plaintext) => {
        expect(z.base64().safeParse(cipher.encrypt(plaintext)).success).toBe(true);
      }),
    );
  });

  test('requests are encrypted in both encrypting modes and plain in off', () => {
    const encrypts = (encryption: 'aes-128-ecb' | 'aes-128-ecb-raw' | 'off') =>
      createCipher({ encryption, encryptionSecret: 'x'.repeat(16) }).encryptsRequests;
    expect([encrypts('aes-128-ecb'), encrypts('aes-128-ecb-raw'), encrypts('off')]).toStrictEqual([true, true, false]);
  });

  test('a reply that is encrypted although the partner is set to off opens with the documented derivation', () => {
    const off = createCipher({ encryption: 'off', encryptionSecret: 'shared' });
    expect(off.decrypt(sandboxEncrypt('aes-128-ecb', 'shared', '{"a":1}')).toString()).toBe('{"a":1}');
  });
});

describe('decryption fails in one way', () => {
  const cipher = createCipher({ encryption: 'aes-128-ecb', encryptionSecret: 'right' });
  const good = cipher.encrypt('{"cardAccountId":"CATEST001"}');
  const broken: [string, string][] = [
    ['an empty text', ''],
    ['white space alone', ' \r\n'],
    ['the URL alphabet', good.replaceAll('+', '-').replaceAll('/', '_').replace(/^../, '-_')],
    ['missing padding of base64', good.replace(/=+$/, '')],
    ['a character outside base64', `!${good.slice(1)}`],
    ['half a block', Buffer.alloc(8).toString('base64')],
    ['no block at all', 'AA=='],
    ['a lost last block', Buffer.from(good, 'base64').subarray(0, 16).toString('base64')],
    ['another key', createCipher({ encryption: 'aes-128-ecb', encryptionSecret: 'wrong' }).encrypt('{}')],
    ['a megabyte of base64 that is none', `${'A'.repeat(1_000_000)}!`],
  ];

  test.each(broken)('%s: the same class and message, without cause or reason', (_, text) => {
    const error = thrownBy(() => cipher.decrypt(text));
    expect(error).toMatchObject(onlyFailure);
    expect(Object.keys(Object(error))).toStrictEqual(['name']);
    expect(Object(error).cause).toBeUndefined();
  });

  test('without an encryption secret nothing opens, not even what was sealed with an empty one', () => {
    const none = createCipher({ encryption: 'off', encryptionSecret: undefined });
    const empty = createCipher({ encryption: 'off', encryptionSecret: '' });
    const text = sandboxEncrypt('aes-128-ecb', '', '{"a":1}');
    for (const opener of [none, empty]) expect(thrownBy(() => opener.decrypt(text))).toMatchObject(onlyFailure);
  });

  test('a megabyte of ciphertext is opened', () => {
    const text = 'x'.repeat(1_000_000);
    expect(cipher.decrypt(cipher.encrypt(text)).length).toBe(text.length);
  });
});
