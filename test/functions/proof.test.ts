import { expect, test } from 'vitest';
import { proveHostileEvents, proveIsolation } from '../rigs/functions-proof.ts';

test('malformed and hostile events get a 4xx with a fixed body, and nothing else happens (R7, reduced)', async () => {
  const row = await proveHostileEvents(1_500);
  expect(row, row.measured).toMatchObject({ id: 'R7', ok: true });
});

test('no caller reads a foreign account, EnKash is not called for one, and every 404 is the same (R12)', async () => {
  const row = await proveIsolation();
  expect(row, row.measured).toMatchObject({ id: 'R12', ok: true });
});
