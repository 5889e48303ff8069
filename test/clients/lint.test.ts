import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../lib/api/openapi.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const text = JSON.stringify(openApiDocument());
/** Two mistakes that the linters know: an operation without a description, an example of another type. */
const spoilt = text
  .replace('"description":"The account, as EnKash states it.', '"x-description":"')
  .replace('"availableOnCards":"1200.00"', '"availableOnCards":1200');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint '));
});
afterAll(() => rmSync(folder, { recursive: true }));

const report = z.object({ problems: z.array(z.object({ ruleId: z.string(), location: z.array(z.unknown()) })) });

async function redocly(document: string): Promise<string[]> {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, document);
  const args = ['lint', file, '--extends=recommended-strict', '--format=json'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const bin = join(root, 'node_modules', '.bin', 'redocly');
  const { stdout } = await run(bin, args, { cwd: folder, env }).catch((failed: { stdout: string }) => failed);
  return report.parse(JSON.parse(stdout)).problems.map(({ ruleId }) => ruleId);
}

async function spectralFindings(document: string): Promise<string[]> {
  const linter = new spectral.Spectral();
  // Nobody of whom a caller may have the address: who runs a stage says so himself.
  const rules = { 'contact-properties': 'off' } as const;
  linter.setRuleset({ extends: [[rulesets.oas as RulesetDefinition, 'all']], rules });
  const found = await linter.run(JSON.parse(document));
  return found.map(({ code, path }) => `${code} ${path.join('.')}`);
}

test('redocly, recommended-strict, finds nothing, and finds what is planted', async () => {
  expect(await redocly(text)).toEqual([]);
  expect(new Set(await redocly(spoilt))).toEqual(new Set(['no-invalid-media-type-examples']));
});

test('spectral finds nothing, and finds what is planted', async () => {
  expect(await spectralFindings(text)).toEqual([]);
  const found = (await spectralFindings(spoilt)).map((finding) => finding.split(' ')[0]);
  expect(new Set(found)).toEqual(new Set(['operation-description', 'oas3-valid-media-example']));
});

test('the committed file is the document that was linted', () => {
  expect(JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8'))).toEqual(JSON.parse(text));
});
