import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scan, suspicionsIn } from './secret-scan.ts';

const root = join(import.meta.dirname, '..', '..');

/** Looked at one by one; an entry that is not needed any more turns the test red. */
const reviewed: Readonly<Record<string, string>> = {
  'lib/webhooks/README.md: random text': 'the signature of a webhook of the local stage, as it is shown',
  'test/e2e/sandbox.test.ts: random text': 'the documented cipher vector of enkash-api.md section 4',
  'test/fixtures/cipher-vectors.json: named secret': 'the documented cipher vectors',
  'test/fixtures/cipher-vectors.json: random text': 'the documented cipher vectors',
  'test/fixtures/self-signed.pem: private key': 'key of a loopback server in tests, trusted by nobody',
  'test/fixtures/self-signed.pem: random text': 'its certificate',
  'test/infra/secrets.test.ts: AWS access key': 'planted there',
  'test/infra/secrets.test.ts: basic authorization': 'planted there',
  'test/infra/secrets.test.ts: private key': 'planted there',
  'test/infra/stage/settings.test.ts: credentials in a URL': 'a URL that settings refuse',
  'test/lib/webhooks/target.test.ts: credentials in a URL': 'a URL that webhooks refuse',
};

describe('the secret scan', () => {
  test('finds nothing in tracked files that was not reviewed', () => {
    expect(scan(root)).toEqual(Object.keys(reviewed));
  });

  // In parts, so that this file is none of what it looks for.
  test.each([
    ['AWS access key', ['AKIA', 'Q3EGZ7RJ5XW2LMNO']],
    ['private key', ['-----BEGIN EC ', 'PRIVATE KEY-----']],
    ['GitHub token', ['ghp_', 'a1B2c3D4e5F6g7H8i9', 'J0k1L2m3N4o5P6q7R8']],
    ['npm token', ['npm_', 'a1B2c3D4e5F6g7H8i9', 'J0k1L2m3N4o5P6q7R8']],
    ['JSON web token', ['eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiJwYXJ0bmVyIn0', '.c2lnbmF0dXJlLW9mLWl0']],
    ['bearer token', ['Authorization: Bear', 'er 7f3a9c1e5b2d8064af91c3e7d5b02846']],
    ['basic authorization', ['Authorization: Bas', 'ic cGFydG5lcjpiYXNpYy1zZWNyZXQ=']],
    ['credentials in a URL', ['https://partner', ':hunter22hunter@api.example.com/']],
    ['named secret', ['{"basicSec', 'ret": "8f1Kz0vQ4pXw7"}']],
    ['random text', ['value: q8ZrT2mVx', '7LpN4sKd9WbYc3HfJ6gQa1UeRt5']],
  ])('turns red for a planted %s', (rule, parts) => {
    const folder = mkdtempSync(join(tmpdir(), 'scan-'));
    try {
      execFileSync('git', ['init', '--quiet'], { cwd: folder });
      writeFileSync(join(folder, 'planted.json'), `{\n  "fine": true,\n${parts.join('')}\n}\n`);
      expect(scan(folder)).toContain(`planted.json: ${rule}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('names the line and never the text', () => {
    const planted = ['password = "', 'xK9vQ2mZ7pLw"'].join('');
    expect(suspicionsIn(`\n\n${planted}`)).toEqual([{ rule: 'named secret', line: 3 }]);
  });

  test('lets pass what people write: ids, hashes of commits, made-up secrets that say so', () => {
    const fine = [
      "import { createLoginGateStore } from './login-gate-store-with-a-very-long-name-indeed.ts';",
      'uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0',
      "password: 'sandbox-password-c6d7e8f9',",
      "const secretId = 'enkash/local-partner';",
      'arn:aws:secretsmanager:ap-south-1:123456789012:secret:enkash-acme',
    ];
    expect(suspicionsIn(fine.join('\n'))).toEqual([]);
  });
});
