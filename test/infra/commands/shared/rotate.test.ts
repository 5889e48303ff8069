import { expect, test } from 'vitest';
import { OperatorError } from '../../../../infra/commands/shared/arguments.ts';
import type { Functions } from '../../../../infra/commands/shared/invoke.ts';
import { rotate } from '../../../../infra/commands/shared/rotate.ts';
import type { StageFacts } from '../../../../infra/commands/shared/stage-facts.ts';
import { credentialsOf } from '../../../rigs/login-gate-setup.ts';

const facts = {
  ...{ stage: 'uat', named: '--stage uat', secretFile: undefined, secretIds: { acme: 'arn:acme' } },
  enkash: { apiUrl: 'https://a.example', tokenUrl: 'https://a.example' },
} as unknown as StageFacts;
const { versionId: _, createdAt: __, ...secret } = credentialsOf('v0');
const view = { partner: 'acme', readable: true, loginId: 'l', count: 0 };

/** The two functions, which answer so; what was asked of `operate`. */
function functionsWith(answers: Readonly<Record<string, object | OperatorError>>) {
  const asked: object[] = [];
  const functions = {
    inspect: async () => ({ action: 'status', at: '', gates: [view] }),
    operate: async (request: { readonly action: string }) => {
      asked.push(request);
      const answer = answers[request.action];
      if (answer instanceof OperatorError) throw answer;
      return answer;
    },
  } as unknown as Functions;
  return { functions, asked };
}
const accepted = { action: 'try-pending', outcome: 'accepted', pendingId: 'saved-id', currentId: 'v0' };
const putPending = async () => 'saved-id';

test('what was saved is what is tried, by its version id', async () => {
  const { functions, asked } = functionsWith({ 'try-pending': accepted, promote: { outcome: 'promoted' } });
  const { well } = await rotate('acme', JSON.stringify(secret), { facts, functions, putPending });
  expect(well).toBe(true);
  expect(asked[0]).toEqual({ action: 'try-pending', partner: 'acme', pendingId: 'saved-id' });
});

test('what was tested is named where the promotion met trouble, and what to run next', async () => {
  const promote = new OperatorError('The function operate is at work for somebody else. Nothing was done.');
  const { functions } = functionsWith({ 'try-pending': accepted, promote });
  await expect(rotate('acme', undefined, { facts, functions, putPending })).rejects.toThrow(
    /^One login with the pending version succeeded\. It is version saved-id\. .*at work for somebody else.*\nNext, at once: npm run rotate -- --stage uat --partner acme /,
  );
});
