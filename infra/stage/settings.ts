import * as z from 'zod';
import { refusalsOf } from './refusals.ts';
import { settingsWords } from './settings-words.ts';
import { sharedLogins } from './shared-logins.ts';
import { name, type StageSettings, stageSchema } from './stage-schema.ts';

/** A field of cdk.json, by its path from `stages`, and what is wrong with it. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** The stage settings are wrong; the message has one line for each field, with its path in cdk.json. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  /** @param heading stands above the problems, or says by itself what is wrong with the file */
  constructor(heading: string, problems: readonly Problem[] = []) {
    super([heading, ...problems.map(describeProblem)].join('\n'));
    this.problems = problems;
  }
}

export function describeProblem({ path, message }: Problem): string {
  return `  ${path}: ${message}`;
}

/**
 * The settings of one stage: what this accepts synthesises, and AWS takes it by its documented limits.
 * @param stages the context value `stages` of cdk.json
 * @throws SettingsError
 */
export function parseStage(stages: unknown, stageName: string): StageSettings {
  const known = z.record(name, z.unknown()).safeParse(stages, { error: settingsWords });
  if (!known.success) {
    const problems = known.error.issues.map(({ path, message }) => ({ path: ['stages', ...path].join('.'), message }));
    throw new SettingsError('cdk.json, context:', problems);
  }
  const raw = known.data[stageName];
  if (raw === undefined) {
    throw new SettingsError(`no stage ${stageName} in cdk.json; there are: ${Object.keys(known.data).join(', ')}`);
  }
  const parsed = stageSchema.safeParse(raw, { error: settingsWords });
  const settings = parsed.success ? { ...parsed.data, stage: stageName } : undefined;
  const issues = settings
    ? [...refusalsOf(settings), ...sharedLogins(known.data, stageName)]
    : (parsed.error?.issues ?? []);
  if (settings && issues.length === 0) return settings;
  const problems = issues.map(({ path, message }) => ({ path: ['stages', stageName, ...path].join('.'), message }));
  throw new SettingsError(`cdk.json, stage ${stageName}:`, problems);
}
