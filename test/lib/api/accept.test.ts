import { expect, test } from 'vitest';
import { prefersCsv } from '../../../lib/api/accept.ts';

test.each([
  ['text/csv', true],
  ['TEXT/CSV; charset=utf-8', true],
  ['text/csv, application/json;q=0.9', true],
  ['text/csv, application/json', true],
  ['application/json, text/csv', false],
  ['text/csv;q=0.5, application/json', false],
  ['text/csv;q=0', false],
  ['text/csv;q=nonsense', false],
  ['*/*', false],
  ['text/*', false],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['', false],
  [undefined, false],
])('Accept %j prefers CSV: %s', (accept, csv) => expect(prefersCsv(accept)).toBe(csv));
