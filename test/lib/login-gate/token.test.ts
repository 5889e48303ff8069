import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint, lifeOf, openToken, sealToken } from '../../../lib/login-gate/token.ts';
import { credentialsOf } from '../../rigs/login-gate-setup.ts';

const token = 'a-token-of-enkash';
const v1 = credentialsOf('v1');

test('a sealed token opens for the same login and content', () => {
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
  ['another login', 'other', v1],
  ['another password', 'acme', { ...v1, password: 'x' }],
  ['another client', 'acme', { ...v1, clientId: 'x' }],
  ['another Basic secret', 'acme', { ...v1, basicSecret: 'x' }],
])('does not open for %s', (_, login, credentials) => {
  expect(openToken(sealToken(token, 'acme', v1), login, credentials)).toBeUndefined();
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

test('opens for the same content under another version id, partner or encryption', () => {
  const same = { ...v1, versionId: 'v2', partnerId: 'P2', encryption: 'aes-128-ecb', encryptionSecret: 'x' } as const;
  expect(openToken(sealToken(token, 'acme', v1), 'acme', same)).toBe(token);
});

const at = { sent: 1_000, replied: 1_300 };
test.each<[string, number | undefined, boolean, number]>([
  ['stated in whole seconds lasts a second longer, since it was rounded down', 120_000, false, 121_000],
  ['over the cap is the cap', 86_399_000, false, 300_000],
  ['at the cap is the cap', 300_000, false, 300_000],
  ['not stated is the cap', undefined, false, 300_000],
  ['in the past is not stated', -1, false, 300_000],
  ['of 0 is the last second, once', 0, false, 1_000],
  ['of 0 again is not stated', 0, true, 300_000],
])('a life %s', (_, stated, zeroBefore, life) => {
  const { mayEndAt, ...rest } = lifeOf(stated, at, zeroBefore);
  expect(rest).toEqual({ endsAt: at.replied + life, statedZero: stated === 0 });
  expect(mayEndAt).toBe(at.sent + (life % 10_000 === 1_000 ? life - 1_000 : life));
});

test('a life is counted from the reply, but from no later than the login may take', () => {
  expect(lifeOf(undefined, { sent: 0, replied: 100_000 }, false).endsAt).toBe(4_000 + 300_000);
});
