import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const run = (name: string, ...args: string[]) => runFile(`infra/commands/${name}.ts`, ...args);
function runFile(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, file), ...args], {
    encoding: 'utf8',
    env: {},
  });
  return { status, stdout, stderr };
}

const commands = readdirSync(join(root, 'infra/commands')).flatMap((name) => /^(.+)\.ts$/.exec(name)?.[1] ?? []);
/** A verb that the command has, where it wants one. */
const verbs: Readonly<Record<string, string>> = {
  callers: 'rotate',
  enkash: 'probe',
  gate: 'status',
  settings: 'check',
  webhooks: 'send-test',
};

describe.each(commands)('npm run %s', (name) => {
  test('prints its usage and exit codes to stdout for --help, and ends with 0', () => {
    const { status, stdout, stderr } = run(name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^npm run ${name} -- `));
    expect(stdout).toMatch(/\nExit codes: 0 /);
  });

  test('names an option that it has not got, then its usage, and ends with 2', () => {
    const { status, stdout, stderr } = run(name, ...[verbs[name] ?? []].flat(), '--xyzzy');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^There is no option --xyzzy\\.\n\nnpm run ${name} -- `));
  });
});

describe.each([
  'test/checks.ts',
  'test/prove.ts',
  'test/bench/bench.ts',
  'test/bench/runtime-client.ts',
  'test/supply-chain/sbom.ts',
])('the command of %s', (file) => {
  test('explains itself too, and runs nothing for an option that it has not got', () => {
    const { status, stdout, stderr } = runFile(file, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^npm (test|run [a-z:]+)[\s\S]*\nExit codes: 0 /);
    expect(runFile(file, '--xyzzy')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^There is no option --xyzzy\.\n\nnpm (test|run )/),
    });
  });
});

test('-h is --help', () => {
  expect(run('doctor', '-h')).toMatchObject({ status: 0, stdout: expect.stringContaining('npm run doctor -- ') });
});

describe('wrong usage', () => {
  test.each([
    ['a verb with a letter missing', ['settings', 'chek'], 'There is no "chek". Did you mean check?'],
    [
      'a verb that is like none',
      ['gate', 'shut'],
      'There is no "shut". Say what to do: status or open or close or allow-one.',
    ],
    ['no verb', ['gate', '--stage', 'uat'], 'Say what to do: status or open or close or allow-one.'],
    [
      'an option with letters changed',
      ['doctor', '--satge', 'uat'],
      'There is no option --satge. Did you mean --stage?',
    ],
    ['a value without its option', ['doctor', 'uat'], '"uat" is not expected: every value stands behind its option.'],
    ['no stage', ['doctor'], '--stage: is needed'],
    ['an option of another verb', ['gate', 'close', '--stage', 'uat', '--json'], '--json: of status alone'],
    ['an id that is none', ['erase', '--stage', 'uat', '--company', 'x', '--card-account', 'CA1'], '--company: '],
  ])('is told by the first line, then the usage, with exit code 2: %s', (_, [name = '', ...args], words) => {
    const { status, stdout, stderr } = run(name, ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.startsWith(words)).toBe(true);
    expect(stderr).toContain(`\n\nnpm run ${name} -- `);
  });
});
