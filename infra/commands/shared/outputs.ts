import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { jsonText } from '../../../lib/json.ts';
import { OperatorError } from './arguments.ts';
import { awsCli } from './aws-cli.ts';

/** Logical id -> value, as the stack put them out. */
export type StackOutputs = Readonly<Record<string, string>>;

/** As `aws cloudformation describe-stacks` lists them, or as `cdk deploy --outputs-file` writes them. */
const outputsSchema = z.union([
  z
    .array(z.object({ OutputKey: z.string(), OutputValue: z.string() }))
    .transform((list) => new Map(list.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))),
  z
    .record(z.string(), z.record(z.string(), z.string()))
    .transform((stacks) => new Map(Object.values(stacks).flatMap((outputs) => Object.entries(outputs)))),
]);

/**
 * What a deployed stack put out: from a file, or else from CloudFormation by way of the AWS CLI and its credentials.
 * @throws OperatorError that says how to get them
 */
export async function stackOutputs(stage: string, region: string, file: string | undefined): Promise<StackOutputs> {
  const text = file === undefined ? await askCloudFormation(stage, region) : readFile(file);
  const parsed = jsonText(outputsSchema).safeParse(text);
  if (!parsed.success) throw new OperatorError(`The outputs of ${stackName(stage)} cannot be read. ${HOW(stage)}`);
  return Object.fromEntries(parsed.data);
}

/** @throws OperatorError naming the output that is missing */
export function outputNamed(outputs: StackOutputs, name: string): string {
  // CloudFormation's logical ids have letters and digits alone.
  const value = outputs[name.replaceAll(/[^A-Za-z0-9]/g, '')];
  if (value === undefined) throw new OperatorError(`The stack has no output ${name}: deploy this version first.`);
  return value;
}

function stackName(stage: string): string {
  return `CardAccounts-${stage}`;
}

async function askCloudFormation(stage: string, region: string): Promise<string> {
  const name = ['--stack-name', stackName(stage), '--query', 'Stacks[0].Outputs'];
  try {
    return JSON.stringify(await awsCli(region)('cloudformation', 'describe-stacks', ...name));
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new OperatorError(`The outputs of ${stackName(stage)} (${region}) are needed. ${why}\n${HOW(stage)}`);
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new OperatorError(`--outputs: ${file} cannot be read`);
  }
}

const HOW = (stage: string): string =>
  `Sign in to the stage's AWS account, or give --outputs FILE, written by "cdk deploy -c stage=${stage} --outputs-file FILE".`;
