import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ask, isConfirmed } from '../../../../infra/commands/shared/ask.ts';

function terminal(answer: string, isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.write(`${answer}\n`);
  return { input, output };
}

test('asks a person, and hears the whole answer', async () => {
  const { input, output } = terminal(' CATEST001 ');
  expect(await ask('Which?', { input, output })).toBe('CATEST001');
  expect(String(output.read())).toContain('Which? ');
});

test.each([
  ['yes', true],
  ['YES', true],
  ['y', false],
  ['', false],
  ['no', false],
])('takes %j for a confirmation: %s', async (answer, confirmed) => {
  expect(await isConfirmed('Sure?', terminal(answer))).toBe(confirmed);
});

test('asks nobody where no person is there: that confirms nothing', async () => {
  expect(await ask('Sure?', terminal('yes', false))).toBeUndefined();
  expect(await isConfirmed('Sure?', terminal('yes', false))).toBe(false);
});
