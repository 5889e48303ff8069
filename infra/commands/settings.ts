import * as z from 'zod';
import { readStages } from '../stage/cdk-json.ts';
import { describeStage, stageFigures } from '../stage/describe-stage.ts';
import { describeProblem, type Problem, parseStage, SettingsError } from '../stage/settings.ts';
import { settingsSchema } from '../stage/settings-schema.ts';
import { settingsTable } from '../stage/settings-table.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { type Command, OperatorError, readArguments, readVerb, runCommand, stageName } from './shared/arguments.ts';

const usage = `npm run settings -- check [--stage NAME] [--json]
npm run settings -- schema
npm run settings -- table
  check   says what a stage of cdk.json, or each, will create, who may read what, what it costs, and what is still to
          fill in. What it accepts synthesises. Touches nothing. Exit code 1 when a stage cannot be deployed yet.
          --json: a list with an entry for each stage, {stage, ok, errors, warnings, byHand, resources, capacity, cost};
          the fields after errors are missing where more than the hosts is wrong.
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
  const { stage, json } = readArguments(rest, usage, { stage: stageName.optional(), json: z.boolean().default(false) });
  const stages = stagesOfCdkJson();
  const results = (stage === undefined ? Object.keys(stages) : [stage]).map((name) => check(stages, name));
  if (json) print(JSON.stringify(results.map(forScripts)));
  else for (const line of results.flatMap(inWords)) print(line);
  return results.every(({ problems }) => problems.length === 0);
};

function stagesOfCdkJson(): Readonly<Record<string, unknown>> {
  try {
    return readStages();
  } catch (error) {
    throw error instanceof SettingsError ? new OperatorError(error.message) : error;
  }
}

/** Stands in for a host, so that the rest of a stage can be told. */
const unfilled = 'https://not-filled-in.invalid';

type Checked = {
  readonly stage: string;
  readonly problems: readonly Problem[];
  /** With made-up hosts where they are not filled in; undefined when more than that is wrong. */
  readonly settings: StageSettings | undefined;
};

function check(stages: Readonly<Record<string, unknown>>, stage: string): Checked {
  const { problems, settings = onceFilled(stages, stage).settings } = parse(stages, stage);
  // Synth takes it, since the pipeline of a fork has no account of its own; a deployment to the wrong one must not be one slip away.
  const isUnpinned = settings !== undefined && settings.account === undefined && stage !== 'dev';
  const message = 'name the AWS account, so that other credentials cannot deploy it elsewhere';
  return {
    stage,
    settings,
    problems: isUnpinned ? [...problems, { path: `stages.${stage}.account`, message }] : problems,
  };
}

/** @throws OperatorError when nothing can be said of the stage */
function parse(stages: Readonly<Record<string, unknown>>, stage: string): Checked {
  try {
    return { stage, settings: parseStage(stages, stage), problems: [] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    if (error.problems.length === 0) throw new OperatorError(error.message);
    return { stage, settings: undefined, problems: error.problems };
  }
}

function onceFilled(stages: Readonly<Record<string, unknown>>, stage: string): Checked {
  const text = JSON.stringify({ [stage]: stages[stage] });
  return parse(JSON.parse(text.replaceAll(/"FILL-ME[^"]*"/g, `"${unfilled}"`)), stage);
}

/** What is wrong first. */
function inWords({ stage, problems, settings }: Checked): readonly string[] {
  const wrong = problems.length === 0 ? [] : ['Cannot deploy yet:', ...problems.map(describeProblem)];
  const described = settings ? describeStage(settings).map((line) => line.replaceAll(unfilled, '(not filled in)')) : [];
  return [`Stage ${stage}`, ...wrong, ...described];
}

function forScripts({ stage, problems, settings }: Checked): object {
  const verdict = { stage, ok: problems.length === 0, errors: problems };
  return settings ? { ...verdict, ...stageFigures(settings) } : verdict;
}

await runCommand(command);
