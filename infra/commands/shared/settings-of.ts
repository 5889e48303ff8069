import { readStages } from '../../stage/cdk-json.ts';
import { parseStage, SettingsError } from '../../stage/settings.ts';
import type { StageSettings } from '../../stage/stage-schema.ts';
import { OperatorError } from './arguments.ts';

/** @throws OperatorError when cdk.json is wrong, or has no such stage */
export function settingsOf(stage: string): StageSettings {
  try {
    return parseStage(readStages(), stage);
  } catch (error) {
    throw error instanceof SettingsError ? new OperatorError(error.message) : error;
  }
}
