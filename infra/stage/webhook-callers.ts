import type { StageSettings } from './stage-schema.ts';

/** The callers whose own systems get events. */
export function webhookCallers({ callers }: Pick<StageSettings, 'callers'>): readonly string[] {
  return Object.entries(callers).flatMap(([name, { webhook }]) => (webhook === undefined ? [] : [name]));
}
