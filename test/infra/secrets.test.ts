import { describe, expect, test } from 'vitest';
import { bundle } from '../../infra/bundle/bundle.ts';
import { settingsOf, templateOf } from '../rigs/synth.ts';

/** What a credential looks like; the vectors of the cipher's documentation are none. */
const patterns: Readonly<Record<string, RegExp>> = {
  'AWS access key': /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'bearer token': /\bBearer [A-Za-z0-9._-]{20,}/,
  'basic authorization': /\bBasic [A-Za-z0-9+/]{16,}={0,2}/,
  'JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./,
  'partner secret': /\\?"(password|basicSecret|encryptionSecret|client_?secret)\\?"\s*:\s*\\?"[^"\\]{4,}/i,
};

function secretsIn(text: string): string[] {
  return Object.keys(patterns).filter((name) => patterns[name]?.test(text));
}

describe('secrets', () => {
  test.each(['dev', 'uat', 'live'] as const)('are in no template and no environment of %s', (stage) => {
    expect(secretsIn(JSON.stringify(templateOf(settingsOf(stage)).toJSON()))).toEqual([]);
  });

  test('are in no bundle, which has no source map either', async () => {
    for (const { code } of (await bundle()).values()) {
      expect(secretsIn(code)).toEqual([]);
      expect(code).not.toContain('sourceMappingURL');
    }
  });

  test.each([
    ['AWS access key', '{"key":"AKIAABCDEFGHIJKLMNOP"}'],
    ['private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['partner secret', '"SecretString":"{\\"password\\":\\"hunter2hunter2\\"}"'],
    ['basic authorization', 'Basic cGxhbnRlZDpzZWNyZXQtc2VjcmV0'],
  ])('planted as %s are found', (name, planted) => {
    expect(secretsIn(planted)).toContain(name);
  });
});
