import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type CommandPolicy,
  type CommandRights,
  commandRights,
  rightsTable,
} from '../../../infra/stage/command-rights.ts';
import { functionTable } from '../../../infra/stage/function-table.ts';
import { inspectEvent, operateEvent } from '../../../lib/operate/events.ts';
import { resourcesOf, settingsOf, templateOf } from '../../rigs/synth.ts';

const folder = join(import.meta.dirname, '../../../infra/commands');
const sorted = (texts: Iterable<string>) => [...new Set(texts)].toSorted();

/** A command's source and that of every file of infra/commands that it imports, directly or not. */
function sourceOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/from '(\.\/[^']+)'/g)].map(([, path = '']) => join(file, '..', path));
  return [text, ...imported.map((path) => sourceOf(path, seen))].join('\n');
}

const first = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** What a call of the SDK needs by IAM. Secrets Manager uses the secret's key in its caller's name. */
const ofSdk: Readonly<Record<string, readonly string[]>> = {
  Invoke: ['lambda:InvokeFunction'],
  PutSecretValue: ['secretsmanager:PutSecretValue', 'kms:Decrypt', 'kms:GenerateDataKey'],
};

/** The IAM action of a call of the AWS CLI. */
function ofCli(service: string, operation: string): string {
  if (service === 'apigateway') return 'apigateway:GET';
  const name = operation.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return `${service.replace('service-quotas', 'servicequotas')}:${name}`;
}

/** What the source of a command does in a deployed stage. */
function doneBy(name: string): Omit<Required<CommandRights>, 'policy'> {
  const text = sourceOf(join(folder, `${name}.ts`));
  const inspect = first(text, /\.inspect\(\{ action: '([a-z-]+)'/g);
  const operate = first(text, /\.operate<'([a-z-]+)'>/g);
  const others = first(text, /\baction: '([a-z-]+)'/g).filter((action) => ![...inspect, ...operate].includes(action));
  const sdk = first(text, /new (\w+)Command\(/g).flatMap((call) => ofSdk[call] ?? [`no right is known for ${call}`]);
  const cli = [...text.matchAll(/\b(?:ask|awsCli\([^)]*\))\(\s*'([a-z0-9-]+)',\s*'([a-z-]+)'/g)].map(
    ([, service = '', operation = '']) => ofCli(service, operation),
  );
  return { inspect: sorted(inspect), operate: sorted(operate), deliver: sorted(others), aws: sorted([...sdk, ...cli]) };
}

const entries = Object.entries(commandRights);

describe('the table of what each command does', () => {
  test('has every command, and every action of the two functions has one', () => {
    const files = readdirSync(folder).flatMap((name) => /^(.+)\.ts$/.exec(name)?.[1] ?? []);
    expect(sorted(entries.map(([name]) => name))).toEqual(sorted(files));
    const actions = (union: typeof inspectEvent | typeof operateEvent) =>
      union._zod.def.options.flatMap((option) => option._zod.def.shape.action._zod.def.values);
    expect(sorted(entries.flatMap(([, { inspect = [] }]) => inspect))).toEqual(sorted(actions(inspectEvent)));
    expect(sorted(entries.flatMap(([, { operate = [] }]) => operate))).toEqual(sorted(actions(operateEvent)));
  });

  test.each(entries)('says of %s exactly what its source does', (name, rights) => {
    const { inspect = [], operate = [], deliver = [], aws = [] } = rights;
    expect(doneBy(name)).toEqual({ inspect, operate, deliver, aws: sorted(aws) });
  });

  test('stands in the runbooks as it is', () => {
    const runbooks = readFileSync(join(folder, 'RUNBOOKS.md'), 'utf8');
    expect(runbooks).toContain(rightsTable().join('\n'));
  });
});

describe('the policies of the stack', () => {
  const template = templateOf(settingsOf('live'));
  const of = (type: string) => resourcesOf(template, type);
  type Statement = { Action: string | string[]; Resource: unknown };
  const statementsOf = (name: CommandPolicy): Statement[] =>
    of('AWS::IAM::ManagedPolicy').find(([id]) => id.startsWith(`Operator${name}`))?.[1].Properties.PolicyDocument
      .Statement ?? [];
  const functionsOf = (statements: Statement[]) => {
    const text = JSON.stringify(statements.find(({ Action }) => Action === 'lambda:InvokeFunction') ?? {});
    const named = ['inspect', 'operate', 'deliver-webhooks'].filter((name) => {
      const title = functionTable.find((spec) => spec.name === name)?.title;
      return of('AWS::Lambda::Function').some(
        ([id, { Properties }]) => Properties.Description === title && text.includes(id),
      );
    });
    return sorted(named);
  };

  // Who acts may look as well.
  test.each<[CommandPolicy, CommandPolicy[]]>([
    ['InspectPolicy', ['InspectPolicy']],
    ['OperatorPolicy', ['OperatorPolicy', 'InspectPolicy']],
    ['CallerPolicy', ['CallerPolicy']],
  ])('%s lets its commands do what they do, and nothing more', (name, serves) => {
    const commands = entries.map(([, rights]) => rights).filter(({ policy }) => serves.includes(policy));
    const statements = statementsOf(name);
    expect(sorted(statements.flatMap(({ Action }) => Action))).toEqual(sorted(commands.flatMap(({ aws = [] }) => aws)));
    const invoked = commands.flatMap(({ inspect, operate, deliver }) => [
      ...(inspect ? ['inspect'] : []),
      ...(operate ? ['operate'] : []),
      ...(deliver ? ['deliver-webhooks'] : []),
    ]);
    expect(functionsOf(statements)).toEqual(sorted(invoked));
  });
});
