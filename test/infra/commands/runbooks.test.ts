import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alarmIds } from '../../../infra/stage/alarm-ids.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

// The alarm's description ends in README.md#<id>: at three in the morning the link has to lead somewhere.
test('has a section in README for every alarm, and none for an alarm that is gone', () => {
  const ids = Object.values(alarmIds).flat();
  expect(ids.length).toBeGreaterThan(10);
  const runbooks = read('README.md').split('## Runbooks')[1]?.split(/^## /m)[0] ?? '';
  const sections = [...runbooks.matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, id]) => id);
  expect(sections.toSorted()).toEqual(ids.toSorted());
});
