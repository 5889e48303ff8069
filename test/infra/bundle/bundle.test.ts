import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bundle } from '../../../infra/bundle/bundle.ts';
import { routes } from '../../../lib/api/routes/routes.ts';

const bundles = await bundle();
const http = [...bundles].filter(([name]) => routes.some(({ functionName }) => functionName === name));

/** Of the webhooks' deliverer alone: signatures, and what an address is. */
const webhookPackages = /node_modules\/(standardwebhooks|@stablelib\/base64|fast-sha256|ipaddr\.js)\//;

/** Reviewed: what a function may carry. */
const packages =
  /node_modules\/(@aws-sdk|@smithy|@aws\/lambda-invoke-store|@middy\/core|zod|mnemonist|obliterator|tslib|bowser)\//;

/** Modules of ours in a function's bundle. */
const carriedBy = (name: string, which: RegExp): string[] =>
  Object.entries(bundles.get(name)?.modules ?? {})
    .filter(([path, bytes]) => bytes > 0 && which.test(path))
    .map(([path]) => path);

test('inspect carries nothing that could send to EnKash', () => {
  const sending = /^lib\/(enkash\/(transport|connections|token-request|post|client)|login-gate\/login)\.ts$/;
  expect(carriedBy('operate', sending).length).toBeGreaterThan(4);
  expect(carriedBy('inspect', sending)).toEqual([]);
});

test('a function that judges no rule carries nothing of rules: package.json says that modules have no side effects', () => {
  expect(carriedBy('take-snapshot', /^lib\/alerts\//).length).toBeGreaterThan(4);
  expect(carriedBy('get-card-account', /^lib\/alerts\//)).toEqual([]);
});

describe('bundles of the HTTP functions', () => {
  // 320 and 102 kB at most before zod/mini and the rules of left-out-rules.ts.
  test.each(http)('%s has at most 278 kB minified and 96 kB gzipped', (_name, { code }) => {
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(278_000);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(96_000);
  });

  test.each([...bundles])('%s holds reviewed packages and our own code alone', (name, { modules }) => {
    const foreign = Object.entries(modules)
      .filter(([, bytes]) => bytes > 0)
      .map(([path]) => path)
      .filter((path) => !/^(lib|functions)\//.test(path) && !/^(built-in|left-out):/.test(path));
    const reviewed = (path: string) =>
      packages.test(path) || (name === 'deliver-webhooks' && webhookPackages.test(path));
    expect(foreign.filter((path) => !reviewed(path))).toEqual([]);
    expect(
      foreign.filter((path) =>
        /nested-clients|token-providers|credential-provider-(?!env|node\/)|ajv|undici/.test(path),
      ),
    ).toEqual([]);
    expect(foreign.filter((path) => /zod\/v4\/classic/.test(path))).toEqual([]);
    expect(foreign.filter((path) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(path))).toEqual([]);
  });

  test.each([...bundles])('%s reaches every Node built-in by function and ships no source map', (_name, { code }) => {
    expect(code).not.toMatch(/(^|[;\n])import[^(]*from\s*["'](node:|http|crypto)/);
    expect(code).not.toContain('sourceMappingURL');
    expect(code).not.toContain('require("node:');
  });
});
