import { expect, test } from 'vitest';
import { operatorStories } from './operator-stories.ts';

// All twelve take ten minutes: npm run prove -- R17.
test.each(operatorStories.filter(({ title }) => /with the path/.test(title)))(
  'EnKash locks nobody, by the real commands: $title',
  async ({ play }) => {
    const { counts, broken } = await play();
    expect(broken).toEqual([]);
    expect(counts.lockOuts).toBe(0);
  },
);

test('are as many as reliability.md names', () => {
  expect(operatorStories).toHaveLength(12);
});
