import { expect, test } from 'vitest';
import { buildGate, setConstant, wrap } from './mutate.ts';

test('a mutant whose place is gone is an error, not a survivor', async () => {
  const patches = [wrap('login-gate/transitions.ts', 'noSuchFunction', (original) => original)];
  await expect(buildGate({ name: 'lost', patches })).rejects.toThrow(/noSuchFunction\\b is declared 0 times/);
});

test('a mutant of a file that is no part of the gate is an error', async () => {
  const patches = [setConstant('balances/rows.ts', 'DAYS', '1')];
  await expect(buildGate({ name: 'elsewhere', patches })).rejects.toThrow(/no part of the gate|not part of the gate/);
});
