import { expect, test } from 'vitest';
import * as z from 'zod';
import { jsonText, parseJson } from '../../lib/json.ts';

test('a text that is not JSON is undefined, and null is a value', () => {
  expect(parseJson('{')).toBeUndefined();
  expect(parseJson('null')).toBeNull();
});

test('a text of the right shape is parsed, another is refused by what is wrong with it', () => {
  const numbers = jsonText(z.array(z.int()));
  expect(numbers.parse('[1,2]')).toEqual([1, 2]);
  expect(numbers.safeParse('[').error?.issues).toMatchObject([{ message: 'is not JSON' }]);
  expect(numbers.safeParse('["1"]').error?.issues).toMatchObject([{ path: [0] }]);
  expect(jsonText(z.null()).parse('null')).toBeNull();
});
