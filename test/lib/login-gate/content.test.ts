import { expect, test } from 'vitest';
import { loginIdOf, pairOf, versionOf } from '../../../lib/login-gate/content.ts';
import { credentialsOf, tokenUrl } from '../../rigs/login-gate-setup.ts';

const v0 = credentialsOf('v0');
const id = loginIdOf(tokenUrl, v0);

test.each([
  ['https://TOKEN.example/oauth/token', 'user'],
  ['https://token.example:443/oauth/token', 'user'],
  ['https://token.example./other', 'user'],
  [tokenUrl, ' User '],
])('one login is one identity in every spelling: %s, «%s»', (url, username) => {
  expect(loginIdOf(url, { username })).toBe(id);
});

test.each([
  ['https://token.example:8443/oauth/token', 'user'],
  ['https://other.example/oauth/token', 'user'],
  [tokenUrl, 'user2'],
])('another host or user is another identity: %s, «%s»', (url, username) => {
  expect(loginIdOf(url, { username })).not.toBe(id);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
});

test('an identity stays what it was in an earlier release: under another one, every gate would be never opened', () => {
  expect(loginIdOf('https://A.example.:443/x/oauth/token', { username: 'User' })).toBe(
    '7a8fd31b521341d42093f1c16be88ab0833976d4da611937991941c62755d1b0',
  );
});

test('content is equal for the same five values whatever stands beside them, and shows none of them', () => {
  const { content } = versionOf(v0);
  expect(versionOf({ ...v0, versionId: 'v9', partnerId: 'x', createdAt: 5, encryptionSecret: 'x' }).content).toBe(
    content,
  );
  for (const field of ['basicId', 'basicSecret', 'username', 'password', 'clientId'] as const) {
    expect(versionOf({ ...v0, [field]: 'another' }).content).not.toBe(content);
  }
  expect(content).toMatch(/^[\w-]{24}$/);
});

test('a pair is the API client, not the user or a password', () => {
  expect(pairOf({ ...v0, username: 'x', password: 'x', basicSecret: 'x' } as typeof v0)).toBe(pairOf(v0));
  expect(pairOf({ ...v0, clientId: 'x' })).not.toBe(pairOf(v0));
  expect(pairOf({ ...v0, basicId: 'x' })).not.toBe(pairOf(v0));
});
