import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { saidInWords } from './said-in-words.ts';

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

function written(document: string): string {
  const file = join(folder, 'openapi.json');
  writeFileSync(file, document);
  return file;
}

async function redocly(document: string): Promise<string[]> {
  const args = ['lint', written(document), '--extends=recommended-strict', '--format=json'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const bin = join(root, 'node_modules', '.bin', 'redocly');
  const { stdout } = await run(bin, args, { cwd: folder, env }).catch((failed: { stdout: string }) => failed);
  return report.parse(JSON.parse(stdout)).problems.map(({ ruleId }) => ruleId);
}

const findings = z.array(z.object({ rule: z.string(), path: z.string() }));

async function spectral(document: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'spectral.mjs'), written(document)]);
  return findings.parse(JSON.parse(stdout)).map(({ rule, path }) => `${rule} ${path}`);
}

test('redocly, recommended-strict, finds nothing, and finds what is planted', async () => {
  expect(await redocly(text)).toEqual([]);
  expect(new Set(await redocly(spoilt))).toEqual(new Set(['no-invalid-media-type-examples']));
});

test('spectral finds nothing, and finds what is planted', async () => {
  expect(await spectral(text)).toEqual([]);
  const found = (await spectral(spoilt)).map((finding) => finding.split(' ')[0]);
  expect(new Set(found)).toEqual(new Set(['operation-description', 'oas3-valid-media-example']));
});

test('the committed file is the document that was linted', () => {
  expect(JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8'))).toEqual(JSON.parse(text));
});

test('what a request is refused for although it fits the schema stands in the words of the document', () => {
  for (const { message, words } of saidInWords) expect(text, String(message)).toMatch(words);
});
