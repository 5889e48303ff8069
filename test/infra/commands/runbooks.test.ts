import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alarmIds } from '../../../infra/stage/alarm-ids.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

// The alarm's description links to RUNBOOKS.md#<id>: at three in the morning the link has to lead somewhere.
test('has a section in the runbooks for every alarm, and none for an alarm that is gone', () => {
  const ids = Object.values(alarmIds).flat();
  expect(ids.length).toBeGreaterThan(10);
  const runbooks = read('infra/commands/RUNBOOKS.md').split('# Alarms')[1] ?? '';
  const sections = [...runbooks.matchAll(/^## ([a-z0-9-]+)$/gm)].map(([, id]) => id);
  expect(sections.toSorted()).toEqual(ids.toSorted());
});

test('every step that says deploy, roll back, or one of our commands, says it whole', () => {
  const alarms = read('infra/commands/RUNBOOKS.md').split('# Alarms')[1] ?? '';
  expect(alarms).not.toMatch(
    /\bdeploy\b(?! -c stage=live`)|\broll back\b(?!: `git checkout COMMIT && npm ci && npx cdk)/i,
  );
  for (const [command] of alarms.matchAll(/npm run [^`]+/g)) expect(command).toMatch(/ -- .*--stage live/);
  for (const [command] of alarms.matchAll(/npm run (gate|enkash) [^`]+/g)) expect(command).toContain('--partner NAME');
});

test('a table restored under its old name has its gates closed for every partner, by a command that can be pasted', () => {
  const section =
    read('infra/commands/RUNBOOKS.md').split('## A table was lost or restored')[1]?.split('\n## ')[0] ?? '';
  expect(section).toMatch(/under its old name, or rows were copied back into it: the gates believe/);
  expect(section).toContain(
    '`for partner in acme beta; do npm run gate -- close --stage live --partner "$partner"; done`',
  );
});
