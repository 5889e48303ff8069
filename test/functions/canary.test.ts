import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScanner, plantedPersons, plantedSecrets } from '../rigs/canary.ts';
import { proveNoLeaks } from '../rigs/functions-proof.ts';
import { captured } from '../rigs/leak-runs.ts';

const planted = { ...plantedSecrets, ...plantedPersons };
const scanner = createScanner(planted);
const secret = plantedSecrets.password;

describe('the scanner catches what is planted', () => {
  const leaks: [string, (value: string) => string][] = [
    ['raw', (value) => value],
    ['inside JSON', (value) => JSON.stringify({ error: { cause: value } })],
    ['in base64', (value) => Buffer.from(value).toString('base64')],
    ['in base64url', (value) => Buffer.from(`??${value}`).toString('base64url')],
    ['in hex', (value) => Buffer.from(value).toString('hex')],
    ['in upper-case hex', (value) => Buffer.from(value).toString('hex').toUpperCase()],
    ['JSON-escaped', (value) => [...value].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
    ['URL-encoded', (value) => `?q=${encodeURIComponent(value)}`],
    ['percent-encoded', (value) => [...value].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['as a form', (value) => new URLSearchParams({ password: value }).toString()],
  ];
  test.each(leaks)('%s, each of them', (_, leak) => {
    for (const [name, value] of Object.entries(planted)) {
      // Too short to be told apart when encoded; raw it is still caught.
      if (value.length < 8 && leak(value) !== value && !leak(value).includes(value)) continue;
      const hits = scanner.scan(`before ${leak(value)} after`);
      expect(
        hits.map((hit) => hit.planted),
        name,
      ).toContain(name);
    }
  });

  test('in base64 of a longer text, wherever it stands in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (head, tail) => {
        const text = Buffer.from(`${head}${secret}${tail}`).toString('base64');
        expect(scanner.scan(text).map((hit) => hit.planted)).toContain('password');
      }),
    );
  });

  test('in the Basic header that a login sends', () => {
    const header = `Basic ${btoa(`${plantedSecrets.basicId}:${plantedSecrets.basicSecret}`)}`;
    expect(scanner.scan(header).map((hit) => hit.planted)).toContain('basicSecret');
  });

  test('and nothing in what is clean', () => {
    const clean = JSON.stringify({
      event: 'request',
      companyId: 'CEKTEST001',
      cardAccountId: 'CATEST001',
      durationMs: 12,
    });
    expect(scanner.scan(clean)).toStrictEqual([]);
  });
});

describe('the capture catches a leak', () => {
  const ways: [string, () => unknown][] = [
    ['to stdout', () => process.stdout.write(`{"password":"${secret}"}\n`)],
    ['to stderr as bytes', () => process.stderr.write(Buffer.from(secret))],
    ['to the console, inside an error', () => console.error(new Error('login failed', { cause: { body: secret } }))],
    ['as a warning', () => process.emitWarning(`deprecated: ${secret}`)],
  ];
  test.each(ways)('%s', async (_, leak) => {
    const output = await captured(async () => void leak());
    expect(scanner.scan(output).map((hit) => hit.planted)).toContain('password');
  });
});

test('no planted secret, token or person leaves the API functions under any fault of EnKash or of the secret (R8, reduced)', async () => {
  const row = await proveNoLeaks(300);
  expect(row, row.measured).toMatchObject({ id: 'R8', ok: true });
});
