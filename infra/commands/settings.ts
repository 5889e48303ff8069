import { readStages } from '../stage/cdk-json.ts';
import { describeStage } from '../stage/describe-stage.ts';
import { parseStage, SettingsError } from '../stage/settings.ts';
import { settingsSchema } from '../stage/settings-schema.ts';
import { settingsTable } from '../stage/settings-table.ts';
import { type Command, OperatorError, readArguments, readVerb, runCommand, stageName } from './shared/arguments.ts';

const usage = `npm run settings -- check [--stage NAME]
npm run settings -- schema
npm run settings -- table
  check   says what a stage of cdk.json, or each, will create, who may read what, what it costs, and what is still to
          fill in. What it accepts synthesises. Touches nothing. Exit code 1 when a stage cannot be deployed yet.
  schema  prints the JSON schema of cdk.json's stages: infra/stage/cdk-json.schema.json, for editors.
  table   prints every setting with its default and meaning: infra/SETTINGS.md.`;

const command: Command = async (args, print) => {
  const { verb, rest } = readVerb(args, usage, ['check', 'schema', 'table']);
  if (verb === 'table') {
    readArguments(rest, usage, {});
    print(settingsTable().trimEnd());
    return true;
  }
  if (verb === 'schema') {
    readArguments(rest, usage, {});
    print(JSON.stringify(settingsSchema(), null, 2));
    return true;
  }
  const { stage } = readArguments(rest, usage, { stage: stageName.optional() });
  const stages = stagesOfCdkJson();
  const results = (stage === undefined ? Object.keys(stages) : [stage]).map((name) => check(stages, name));
  for (const { lines } of results) for (const line of lines) print(line);
  return results.every(({ deployable }) => deployable);
};

function stagesOfCdkJson(): Readonly<Record<string, unknown>> {
  try {
    return readStages();
  } catch (error) {
    throw error instanceof SettingsError ? new OperatorError(error.message) : error;
  }
}

/** The stage in words; what is wrong first. */
function check(
  stages: Readonly<Record<string, unknown>>,
  name: string,
): { readonly deployable: boolean; readonly lines: readonly string[] } {
  const heading = `Stage ${name}`;
  try {
    const settings = parseStage(stages, name);
    // Synth takes it, since the pipeline of a fork has no account of its own; a deployment to the wrong one must not be one slip away.
    const unpinned = settings.account === undefined && name !== 'dev';
    const problem = `  stages.${name}.account: name the AWS account, so that other credentials cannot deploy it elsewhere`;
    return {
      deployable: !unpinned,
      lines: [heading, ...(unpinned ? ['Cannot deploy yet:', problem] : []), ...describeStage(settings)],
    };
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
