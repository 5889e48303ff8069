import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { Stage } from '../local/stage.ts';
import { fetchToken } from '../local/stage-client.ts';
import { contractCalls, leavesOf, send, startFullStage, watchAgain } from '../rigs/contract-calls.ts';
import { type Described, describedSchema, objectionTo, operationsOf } from '../rigs/described.ts';
import { type Answered, heyApiProgram, openApiFetchProgram, ownClientProgram } from './programs.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.build', 'clients');
const resultSchema = z.object({
  shown: z.array(z.tuple([z.string(), z.string(), z.unknown()])),
  answers: z.record(z.string(), z.unknown()),
});

let stage: Stage;
let token = '';
let calls: Answered[] = [];
let described: Described;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  stage = await startFullStage(process.env);
  token = await fetchToken(stage.tokenUrl, stage.callers[0]);
  const document = await (await fetch(`${stage.url}/openapi.json`)).text();
  writeFileSync(join(folder, 'openapi.json'), document);
  described = describedSchema.parse(JSON.parse(document));
  await run(process.execPath, [join(import.meta.dirname, 'generate.mjs'), join(folder, 'openapi.json'), folder]);
  calls = await answered();
});
afterAll(() => stage?.close());

async function answered(): Promise<Answered[]> {
  const found: Answered[] = [];
  for (const call of contractCalls(new Date())) {
    const response = await send(call, stage.url, token);
    const body = await response.text();
    expect(`${call.name} ${response.status} ${body.slice(0, 300)}`).toMatch(`${call.name} ${call.status}`);
    found.push({ ...call, answer: body === '' ? null : JSON.parse(body) });
  }
  return found;
}

async function compile(file: string, exact: boolean): Promise<string> {
  const strict = { strict: true, exactOptionalPropertyTypes: exact, noUncheckedIndexedAccess: true };
  const compilerOptions = {
    ...strict,
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable'], types: [] },
    ...{ noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  return run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

/** How many values the program's types show, and what differs from what the server sent to that very call. */
async function compare(
  file: string,
  program: string,
  exact: boolean,
): Promise<{ shown: number; differences: string[] }> {
  writeFileSync(join(folder, file), program);
  expect((await compile(file, exact)).slice(0, 3000)).toBe('');
  // What hey-api writes is for a bundler.
  const outfile = join(folder, file.replace('.ts', '.mjs'));
  await build({ entryPoints: [join(folder, file)], outfile, bundle: true, platform: 'node', format: 'esm' });
  await watchAgain(stage.url, token);
  const { stdout } = await run(process.execPath, [outfile], { env: { API_URL: stage.url, API_TOKEN: token } });
  const { shown, answers } = resultSchema.parse(JSON.parse(stdout));
  const seen = new Map(shown.map(([call, path, value]) => [`${call}: ${path}`, JSON.stringify(value)]));
  const sent = new Map<string, string>(
    Object.entries(answers).flatMap(([call, answer]) =>
      answer === null
        ? []
        : leavesOf(answer).map(([path, value]) => [`${call}: ${path.join('.')}`, JSON.stringify(value)] as const),
    ),
  );
  const names = new Set([...seen.keys(), ...sent.keys()]);
  const differences = [...names].filter((name) => seen.get(name) !== sent.get(name));
  return { shown: seen.size, differences };
}

test('openapi-typescript and openapi-fetch show every value that the server sent, under strict types', async () => {
  const { shown, differences } = await compare('by-openapi-fetch.ts', openApiFetchProgram(calls), true);
  expect(differences).toEqual([]);
  expect(shown).toBeGreaterThan(150);
});

// Its own code does not compile under exactOptionalPropertyTypes.
test('@hey-api/openapi-ts shows every value that the server sent, under strict types', async () => {
  const { shown, differences } = await compare('by-hey-api.ts', heyApiProgram(calls), false);
  expect(differences).toEqual([]);
  expect(shown).toBeGreaterThan(150);
});

test('the types of lib/client have every field of the document, and no others', async () => {
  writeFileSync(join(folder, 'own-client.ts'), ownClientProgram);
  expect(await compile('own-client.ts', true)).toBe('');
});

test('every answer to these calls is one that the document describes', async () => {
  await watchAgain(stage.url, token);
  for (const call of calls) {
    const response = await send(call, stage.url, token);
    expect(await objectionTo(described, call.operationId, response), call.name).toBeUndefined();
  }
  expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(operationsOf(described).length - 1);
});

test('every example of a request is answered as the document says', async () => {
  const outcomes: unknown[] = [];
  await watchAgain(stage.url, token);
  for (const { operationId, method, path, parameters, requestBody } of operationsOf(described)) {
    const example = (place: string) =>
      Object.fromEntries(
        parameters
          .filter((found) => found.in === place && found.example !== undefined)
          .map((found) => [found.name, `${found.example}`]),
      );
    const body = requestBody?.content['application/json']?.example;
    const call = {
      name: operationId,
      operationId,
      method,
      path,
      pathParameters: example('path'),
      query: example('query'),
    };
    const response = await send({ ...call, ...(body !== undefined && { body: Object(body) }) }, stage.url, token);
    expect(await objectionTo(described, operationId, response), operationId).toBeUndefined();
    outcomes.push(`${operationId} ${response.status}`);
  }
  expect(outcomes.filter((outcome) => !/ 20[014]$/.test(`${outcome}`))).toEqual([]);
});

test('what came on the bus has the form of its schema file', async () => {
  const [event] = stage.aws.eventBridge?.events ?? [];
  const file = `enkash-card-accounts@${event?.detailType}.v1.json`;
  const schema = z.fromJSONSchema(JSON.parse(readFileSync(join(root, 'lib/alerts/schemas', file), 'utf8')));
  const envelope = { id: event?.id, version: '0', account: '0', region: 'ap-south-1', time: '', resources: [] };
  const delivered = { ...envelope, source: event?.source, 'detail-type': event?.detailType, detail: event?.detail };
  expect(schema.safeParse(delivered).error).toBeUndefined();
  expect(schema.safeParse({ ...delivered, detail: {} }).success).toBe(false);
});
