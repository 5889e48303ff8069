import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { words } from '../../lib/api/routes/words.ts';
import { fetchToken } from '../local/stage-client.ts';
import { type ContractCall, contractCalls, startFullStage, watchAgain } from '../rigs/contract-calls.ts';
import { describedSchema, operationsOf } from '../rigs/described.ts';
import type { ProofRow } from '../rigs/enkash-proof.ts';
import { compareAnswers, type Shown } from './compare.ts';
import { newCodeAccount, startRecorder } from './recorder.ts';
import { proveSchemathesis } from './schemathesis.ts';
import { generator, missing, run } from './tools.ts';

const folder = join(import.meta.dirname, '..', '..', '.build', 'languages');
const programs = join(import.meta.dirname, 'languages');
const shownSchema = z.array(
  z.object({
    name: z.string(),
    status: z.number(),
    body: z.unknown().optional(),
    untyped: z.array(z.string()).default([]),
  }),
);

/** What the programs are told: the calls, in every language's own need. */
type Made = { readonly calls: string; readonly url: string; readonly token: string; readonly document: string };
type Language = {
  readonly name: string;
  readonly absent: () => string | undefined;
  /** Generates, compiles and calls. @returns what the program printed */
  readonly play: (made: Made) => Promise<string>;
};

const python: Language = {
  name: 'Python, openapi-python-client',
  absent: () => missing('openapi-python-client', 'python3'),
  play: async ({ calls, url, token, document }) => {
    const home = emptied('python');
    await run(
      'openapi-python-client',
      ['generate', '--path', document, '--output-path', 'client', '--meta', 'none'],
      home,
    );
    // The generated client needs attrs and httpx, which the generator's own Python has.
    const shebang =
      readFileSync((await run('which', ['openapi-python-client'], home)).trim(), 'utf8').split('\n')[0] ?? '';
    return run(shebang.slice(2), [join(programs, 'client.py'), home, calls, url, token], home);
  },
};

const java: Language = {
  name: 'Java, OpenAPI Generator (native)',
  absent: () => missing('openapi-generator', 'java', 'mvn'),
  play: async ({ calls, url, token, document }) => {
    const home = emptied('java');
    const packages = 'apiPackage=contract,modelPackage=contract,invokerPackage=contract';
    const less = 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false';
    const [command, ...args] = generator;
    const library = ['-g', 'java', '--library', 'native', '-p', packages, '--global-property', less];
    await run(command, [...args, 'generate', '-i', document, '-o', home, ...library], home);
    cpSync(join(programs, 'Main.java'), join(home, 'src/main/java/contract/Main.java'));
    await run('mvn', ['-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath.txt'], home);
    const classpath = `target/classes:${readFileSync(join(home, 'classpath.txt'), 'utf8').trim()}`;
    return run('java', ['-cp', classpath, 'contract.Main', calls, url, token], home);
  },
};

const go: Language = {
  name: 'Go, oapi-codegen',
  absent: () => missing('oapi-codegen', 'go'),
  play: async ({ calls, url, token, document }) => {
    const home = emptied('go');
    cpSync(join(programs, 'main.go'), join(home, 'main.go'));
    await run('oapi-codegen', ['-generate', 'types,client', '-package', 'main', '-o', 'client.go', document], home);
    await run('go', ['mod', 'init', 'contract'], home);
    await run('go', ['mod', 'tidy'], home);
    await run('go', ['build', '-o', 'contract', '.'], home);
    return run(join(home, 'contract'), [calls, url, token], home);
  },
};

function emptied(name: string): string {
  const home = join(folder, name);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  return home;
}

/** The calls with what each language's program wants to know beside. */
function toldCalls(document: string, calls: readonly ContractCall[]): string {
  const operations = operationsOf(describedSchema.parse(JSON.parse(document)));
  const told = calls.map((call) => {
    const described = operations.find(({ operationId }) => operationId === call.operationId);
    const given = { ...call.pathParameters, ...call.query };
    const parameters = (described?.parameters ?? []).map(({ name, required }) => ({
      value: given[name] ?? null,
      required,
    }));
    const body = described?.requestBody ? [{ value: call.body ?? null, required: described.requestBody.required }] : [];
    // OpenAPI Generator takes what is required first.
    const all = [...parameters, ...body];
    const ordered = [...all.filter(({ required }) => required), ...all.filter(({ required }) => !required)];
    return {
      ...call,
      tag: words[call.operationId]?.tag,
      arguments: ordered.map(({ value }) => value),
      path: Object.values(call.pathParameters ?? {}),
    };
  });
  return JSON.stringify(told);
}

async function proveLanguage(language: Language, made: Omit<Made, 'url'>, stageUrl: string): Promise<ProofRow> {
  const row = { id: 'clients', figure: language.name, required: 'compiles; every value sent is shown' };
  const absent = language.absent();
  if (absent !== undefined) return { ...row, measured: absent, ok: true };
  const recorder = await startRecorder(stageUrl);
  try {
    const output = await language.play({ ...made, url: recorder.url });
    const shown: readonly (Shown & { untyped: string[] })[] = shownSchema.parse(JSON.parse(output));
    const { values, wrong } = compareAnswers(recorder.sent, shown);
    const known = shown.filter(({ name }) => name !== unknownCode.name);
    const untyped = known.flatMap(({ name, untyped }) => untyped.map((path) => `${name}: ${path} has no type`));
    const faults = [...wrong, ...untyped];
    return { ...row, measured: said(values, shown.length, faults), ok: faults.length === 0 };
  } catch (error) {
    return { ...row, measured: String(error).replaceAll('\n', ' ').slice(0, 600), ok: false };
  } finally {
    await recorder.close();
  }
}

function said(values: number, calls: number, faults: readonly string[]): string {
  const kept = faults.slice(0, 8).join('; ');
  return `${values} values of ${calls} answers, ${faults.length} shown otherwise${kept === '' ? '' : `: ${kept}`}`;
}

/**
 * What clients that strangers generate show of the server's answers, and what a fuzzer finds.
 * @param cases of schemathesis, for each operation
 */
export async function proveClients(cases: number): Promise<ProofRow[]> {
  mkdirSync(folder, { recursive: true });
  const errors: string[] = [];
  const stage = await startFullStage(process.env, (line) => {
    if (line.includes('"level":"error"')) errors.push(line);
  });
  try {
    const document = await (await fetch(`${stage.url}/openapi.json`)).text();
    const token = await fetchToken(stage.tokenUrl, stage.callers[0]);
    const made = { token, document: join(folder, 'openapi.json'), calls: join(folder, 'calls.json') };
    writeFileSync(made.document, document);
    const rows: ProofRow[] = [];
    for (const language of [python, java, go]) {
      // PUT watch is 200 only while the account is watched, and the last call ends the watch.
      const calls = [...contractCalls(new Date()), unknownCode];
      writeFileSync(made.calls, toldCalls(document, calls));
      rows.push(await proveLanguage(language, made, stage.url));
      await watchAgain(stage.url, token);
    }
    const fuzzed = await proveSchemathesis(stage, folder, cases);
    const cause = fuzzed.ok || errors.length === 0 ? '' : `; the stage logged ${errors.slice(0, 3).join(', ')}`;
    return [...rows, { ...fuzzed, measured: fuzzed.measured + cause }];
  } finally {
    await stage.close();
  }
}

const unknownCode: ContractCall = {
  name: 'unknown code',
  operationId: 'getCardAccount',
  method: 'GET',
  path: '/v1/companies/{companyId}/card-accounts/{cardAccountId}',
  pathParameters: newCodeAccount,
  status: 404,
};
