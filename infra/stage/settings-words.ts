import * as z from 'zod';
import { didYouMean } from './near.ts';
import { settingsSchema } from './settings-schema.ts';

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'a text',
};

/** What is wrong with a setting, where its own schema has no words for it: zod's name types, not the cure. */
export const settingsWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'must be given' : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_key':
      return issue.issues[0]?.message;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number' ? 'must not be empty' : undefined;
    case 'unrecognized_keys':
      return issue.keys.map(noSetting).join('; ');
    default:
      return undefined;
  }
};

function noSetting(key: string): string {
  // A name of another place may be the key itself.
  const near = didYouMean(
    key,
    namesIn(settingsSchema()).filter((name) => name !== key),
  );
  return `has no setting ${key}.${near === undefined ? '' : ` ${near}`}`;
}

const schemaNode = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });

/** Names of all settings, whatever they stand in. */
function namesIn(schema: unknown): readonly string[] {
  const { data } = schemaNode.safeParse(schema);
  if (data === undefined) return [];
  return [...Object.keys(data.properties ?? {}), ...Object.values(data).flatMap(namesIn)];
}
