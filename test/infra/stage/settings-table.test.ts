import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsTable } from '../../../infra/stage/settings-table.ts';
import { stageSchema } from '../../../infra/stage/stage-schema.ts';

const table = settingsTable();

test('infra/SETTINGS.md is what the schema says: npm run --silent settings -- table > infra/SETTINGS.md', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../infra/SETTINGS.md'), 'utf8')).toBe(table);
});

test('the table has every setting of the schema, each with its meaning but where a name of a group says all', () => {
  for (const name of Object.keys(stageSchema.shape)) expect(table).toContain(`| \`${name}\` |`);
  const without = table
    .split('\n')
    .filter((line) => line.startsWith('| `') && !/^\| `[^`]*[.[]/.test(line) && / {2}\|$/.test(line));
  expect(without).toEqual([]);
});
