import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { describeStage } from '../stage/describe-stage.ts';
import { parseStage, SettingsError } from '../stage/settings.ts';
import { type Command, OperatorError, readArguments, runCommand, stageName } from './shared/arguments.ts';

const usage = `npm run settings -- check [--stage NAME]
  Says what a stage of cdk.json, or each, will create, what it costs idle, and what is still to fill in. Touches nothing.
  Exit code 1 when a stage cannot be deployed yet.`;

const cdkJsonSchema = z.object({ context: z.object({ stages: z.record(z.string(), z.unknown()) }) });

const command: Command = async ([verb, ...rest], print) => {
  if (verb !== 'check') throw new OperatorError(usage);
  const { stage } = readArguments(rest, usage, { stage: stageName.optional() });
  const cdkJson: unknown = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  const { stages } = cdkJsonSchema.parse(cdkJson).context;
  const results = (stage === undefined ? Object.keys(stages) : [stage]).map((name) => check(stages, name));
  for (const { lines } of results) for (const line of lines) print(line);
  return results.every(({ deployable }) => deployable);
};

/** The stage in words; what is wrong first. */
function check(
  stages: Readonly<Record<string, unknown>>,
  name: string,
): { readonly deployable: boolean; readonly lines: readonly string[] } {
  const heading = `Stage ${name}`;
  try {
    return { deployable: true, lines: [heading, ...describeStage(parseStage(stages, name))] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { deployable: false, lines: [heading, 'Cannot deploy yet:', error.message, ...onceFilled(stages, name)] };
  }
}

/** What a stage will be, before its hosts are known; nothing when more than that is wrong. */
function onceFilled(stages: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const filled = JSON.stringify({ [name]: stages[name] }).replaceAll(
    /"FILL-ME[^"]*"/g,
    '"https://not-filled-in.invalid"',
  );
  try {
    return describeStage(parseStage(JSON.parse(filled), name));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [];
  }
}

await runCommand(command);
