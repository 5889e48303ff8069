import { expect, test } from 'vitest';
import { OperatorError } from '../../../../infra/commands/shared/arguments.ts';
import { eraseAll } from '../../../../infra/commands/shared/erase.ts';
import type { Functions } from '../../../../infra/commands/shared/invoke.ts';
import type { Answer } from '../../../../lib/operate/answers.ts';

const account = { companyId: 'CEK1', cardAccountId: 'CA1' };
const about = { name: 'CEK1 CA1', slotSeconds: 60 };
const round = (rows: number, outcome: Answer<'erase'>['outcome']) => ({
  ...{ action: 'erase' as const, outcome, rows, watched: rows === 5 },
});

/** The function, which answers so, one round after the other. */
function functionsWith(rounds: (Answer<'erase'> | OperatorError)[]) {
  const operate = async () => {
    const next = rounds.shift();
    if (next === undefined || next instanceof OperatorError) throw next;
    return next;
  };
  return { operate } as unknown as Functions;
}

test('an account is erased in as many rounds as it takes, and the rows of all are told', async () => {
  const functions = functionsWith([round(5, 'unfinished'), round(3, 'erased')]);
  expect(await eraseAll(functions, account, about)).toContain('Erased 8 rows of CEK1 CA1; it is no longer watched.');
});

test('a later round that fails does not hide what the ones before it erased', async () => {
  const functions = functionsWith([round(5, 'unfinished'), new OperatorError('AWS refused. Nothing was done.')]);
  await expect(eraseAll(functions, account, about)).rejects.toThrow(
    /^5 rows of CEK1 CA1 are erased, not yet all\. This round: AWS refused\. Nothing was done\.\nRun it again\.$/,
  );
  await expect(eraseAll(functionsWith([new OperatorError('no')]), account, about)).rejects.toThrow(/^no$/);
});
