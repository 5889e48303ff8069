import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import * as z from 'zod';

export type DeployedFunction = {
  /** In infra/stage/function-table.ts. */
  readonly name: string;
  /** Its asset, as it would be uploaded. */
  readonly folder: string;
  readonly memoryMb: number;
  /** As in the template, its references filled with made-up values. */
  readonly variables: Readonly<Record<string, string>>;
};
export type Deployed = {
  readonly functions: readonly DeployedFunction[];
  /** Table name -> names of its keys, the partition key first. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
};

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Metadata: z.object({ 'aws:cdk:path': z.string(), 'aws:asset:path': z.string().optional() }).optional(),
      Properties: z.looseObject({}).optional(),
    }),
  ),
});
const functionSchema = z.object({
  MemorySize: z.number(),
  Handler: z.literal('index.handler'),
  Runtime: z.literal('nodejs24.x'),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});
const tableSchema = z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) });

const root = join(import.meta.dirname, '../..');

/** Synthesises a stage as `npx cdk synth` does and reads its functions and tables. About five seconds. */
export function synthesise(stage: string): Deployed {
  const output = join(root, '.build/runtime-client');
  const binaries = join(root, 'node_modules/.bin');
  execFileSync(join(binaries, 'cdk'), ['synth', '--quiet', '-c', `stage=${stage}`, '-o', output], {
    cwd: root,
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const text = readFileSync(join(output, `CardAccounts-${stage}.template.json`), 'utf8');
  const resources = Object.entries(templateSchema.parse(JSON.parse(text)).Resources);
  const functions = resources
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([, { Metadata, Properties }]): DeployedFunction => {
      const { MemorySize, Environment } = functionSchema.parse(Properties);
      const variables = Object.entries(Environment.Variables).map(([name, value]) => [name, resolve(value)]);
      return {
        name: Metadata?.['aws:cdk:path'].split('/')[1] ?? '',
        folder: join(output, Metadata?.['aws:asset:path'] ?? ''),
        memoryMb: MemorySize,
        variables: Object.fromEntries(variables),
      };
    });
  const tables = resources
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .map(([id, { Properties }]) => [
      id,
      tableSchema.parse(Properties).KeySchema.map(({ AttributeName }) => AttributeName),
    ]);
  return { functions, tables: Object.fromEntries(tables) };
}

const joinSchema = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const referenceSchema = z.object({ Ref: z.string() });

/** CloudFormation's functions that our variables use; a reference becomes the logical id it names. */
function resolve(value: unknown): string {
  if (typeof value === 'string') return value;
  const reference = referenceSchema.safeParse(value).data;
  if (reference) return reference.Ref;
  const [separator, parts] = joinSchema.parse(value)['Fn::Join'];
  return parts.map(resolve).join(separator);
}
