import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint, openToken, sealToken } from '../../../lib/login-gate/sealed-token.ts';
import { credentialsOf } from '../../rigs/login-gate-setup.ts';

const token = 'a-token-of-enkash';
const v1 = credentialsOf('v1');

test('a sealed token opens for the same partner and secret version', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => openToken(sealToken(text, 'acme', v1), 'acme', v1) === text),
  );
});

test('two seals of a token differ, and neither shows it', () => {
  const [one, other] = [sealToken(token, 'acme', v1), sealToken(token, 'acme', v1)];
  expect(one).not.toBe(other);
  expect(Buffer.from(one, 'base64').includes(token)).toBe(false);
});

test.each([
  ['another partner', 'other', v1],
  ['another version of the secret with the same password', 'acme', { ...v1, versionId: 'v2' }],
  ['another password under the same version id', 'acme', { ...v1, password: 'x' }],
  ['another Basic secret', 'acme', { ...v1, basicSecret: 'x' }],
])('does not open for %s', (_, partner, credentials) => {
  expect(openToken(sealToken(token, 'acme', v1), partner, credentials)).toBeUndefined();
});

test('does not open with any bit changed, cut short, or not sealed at all', () => {
  const sealed = Buffer.from(sealToken(token, 'acme', v1), 'base64');
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const bent = Buffer.from(sealed);
    bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(openToken(bent.toString('base64'), 'acme', v1)).toBeUndefined();
  }
  for (const bytes of [sealed.subarray(0, 28), sealed.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(40)]) {
    expect(openToken(bytes.toString('base64'), 'acme', v1)).toBeUndefined();
  }
});

test('a fingerprint tells tokens apart and does not hold them', () => {
  expect(fingerprint(token)).toBe(fingerprint(token));
  expect(fingerprint(token)).not.toBe(fingerprint(`${token}2`));
  expect(fingerprint(token)).toMatch(/^[\w-]{16}$/);
});
