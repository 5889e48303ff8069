import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
const own = join(root, '.build', 'tools', 'bin');
const generatorJar = '.m2/repository/org/openapitools/openapi-generator-cli/7.25.0/openapi-generator-cli-7.25.0.jar';

/** What `npm run prove -- clients` needs beside npm, and how one gets it. */
const toolCommands = {
  schemathesis: 'python3 -m venv .build/tools && .build/tools/bin/pip install schemathesis==4.32.5',
  'openapi-python-client': 'python3 -m venv .build/tools && .build/tools/bin/pip install openapi-python-client==0.29.1',
  'oapi-codegen':
    'GOBIN=$PWD/.build/tools/bin go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2',
  'openapi-generator': 'mvn dependency:get -Dartifact=org.openapitools:openapi-generator-cli:7.25.0',
} as const;
export type Tool = keyof typeof toolCommands;

const toolEnv = { ...process.env, PATH: `${own}${delimiter}${process.env.PATH ?? ''}` };

const isThere = (command: string, ...args: string[]) => spawnSync(command, args, { env: toolEnv }).status === 0;

/** Undefined when all that a proof needs is here, else what is missing and how one gets it. */
export function missing(tool: Tool, ...commands: readonly string[]): string | undefined {
  const isOurs = tool === 'openapi-generator' ? existsSync(join(homedir(), generatorJar)) : isThere(tool, '--version');
  const others = commands.filter((command) => !isThere('which', command));
  if (isOurs && others.length === 0) return undefined;
  return `SKIPPED: no ${isOurs ? others.join(', ') : `${tool} (${toolCommands[tool]})`}`;
}

export const generator = ['java', '-jar', join(homedir(), generatorJar)] as const;

const execute = promisify(execFile);

/** Runs a command to its end. @returns what it printed; rejects with the end of that when it fails */
export async function run(command: string, args: readonly string[], cwd: string, env: object = {}): Promise<string> {
  const options = { cwd, env: { ...toolEnv, ...env }, maxBuffer: 256 * 1024 * 1024 };
  const failed = ({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`${command}: ${`${stdout}\n${stderr}`.trim().slice(-4000)}`);
  };
  const { stdout } = await execute(command, args, options).catch(failed);
  return stdout;
}
