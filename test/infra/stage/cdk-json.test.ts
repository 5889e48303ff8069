import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { duplicateKeys, readStages } from '../../../infra/stage/cdk-json.ts';
import { settingsSchema } from '../../../infra/stage/settings-schema.ts';

describe('cdk.json', () => {
  test('is read as it stands', () => {
    expect(Object.keys(readStages())).toEqual(['dev', 'uat', 'live']);
  });

  test('is refused when a key stands twice: JSON.parse would drop the first one’s grants', () => {
    const text = '{"context":{"stages":{"dev":{"callers":{"erp":{"a":[{"b":"{\\"b\\":1}"}]},"erp":{}}}}}}';
    expect(() => readStages(text)).toThrow('cdk.json: context.stages.dev.callers.erp stands twice');
  });

  test('may have one key in several objects, and a key’s text as a value', () => {
    expect(duplicateKeys('{"a":{"a":"a","b":["a","a"]},"b":[{"a":1},{"a":2}],"c":":","d":"\\"a\\":"}')).toEqual([]);
    expect(duplicateKeys('{"\\u0061":1,"a":2}')).toEqual(['a']);
  });

  test('names the place of a comma too many', () => {
    expect(() => readStages('{"context":{"stages":{"dev":1,}}}')).toThrow(/cdk.json cannot be read: .*position 30/);
  });

  test('has a schema for editors that says what the settings are', () => {
    const file = join(import.meta.dirname, '../../../infra/stage/cdk-json.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(settingsSchema());
  });
});
