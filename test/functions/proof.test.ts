import { expect, test } from 'vitest';
import { proveCardNumbers } from '../rigs/card-number-proof.ts';
import { proveHostileEvents, proveIsolation } from '../rigs/functions-proof.ts';

test('malformed and hostile events get a 4xx with a fixed body, and nothing else happens (R7, reduced)', async () => {
  const row = await proveHostileEvents(1_500);
  expect(row, row.measured).toMatchObject({ id: 'R7', ok: true });
});

test('no caller reads a foreign account, EnKash is not called for one, and every 404 is the same (R12)', async () => {
  const row = await proveIsolation();
  expect(row, row.measured).toMatchObject({ id: 'R12', ok: true });
});

test('a card number that EnKash sends leaves by no door of the service, and no other number is changed (R22, reduced)', async () => {
  const row = await proveCardNumbers(200);
  expect(row, row.measured).toMatchObject({ id: 'R22', ok: true });
});
