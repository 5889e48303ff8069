import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Stage, startStage } from '../local/stage.ts';
import { readAccount } from '../local/stage-client.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await startStage({ env: process.env });
});
afterEach(() => stage.close());

const sandbox = () => {
  if (!stage.sandbox) throw new Error('no sandbox');
  return stage.sandbox;
};

/** Codes of the answers until the first 200, asked for twice a second. */
async function codesUntilWell(withinSeconds: number): Promise<Set<string | undefined>> {
  const codes = new Set<string | undefined>();
  for (let tries = 0; tries < withinSeconds * 2; tries += 1) {
    const { status, code } = await readAccount(stage);
    if (status === 200) return codes;
    codes.add(code);
    await wait(500);
  }
  throw new Error(`Not well after ${withinSeconds} s: ${[...codes].join()}`);
}

// Real time, since these run the deployed clock: the gate allows one login in 10 s and looks for a new secret every 30 s.
test('renews a token that died early with one login', async () => {
  await readAccount(stage);
  sandbox().revokeTokens();
  const codes = await codesUntilWell(15);
  expect([...codes].every((code) => code === 'PARTNER_LOGIN_BLOCKED')).toBe(true);
  expect(sandbox().stats()).toMatchObject({ logins: 2, refused: 0, maxLoginsInFlight: 1 });
});

test('resumes after a changed password once the secret is right, without a restart', async () => {
  sandbox().setPassword('changed at EnKash');
  const answers = [];
  for (let count = 0; count < 20; count += 1) answers.push(await readAccount(stage));
  answers.push(...(await Promise.all(Array.from({ length: 60 }, () => readAccount(stage)))));
  expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual(
    answers.map(() => '503 PARTNER_LOGIN_BLOCKED'),
  );
  expect(sandbox().stats()).toMatchObject({ refused: 1, maxLoginsInFlight: 1, lockOuts: 0 });
  stage.aws.secretsManager?.put('enkash/local-partner', JSON.stringify(sandbox().credentials));
  await codesUntilWell(45);
  expect(sandbox().stats()).toMatchObject({ refused: 1, accepted: 1, maxLoginsInFlight: 1, lockOuts: 0 });
});
