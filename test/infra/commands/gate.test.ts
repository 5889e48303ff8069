import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAccount } from '../../local/stage-client.ts';
import { type OperatedStage, runCommand, startOperatedStage } from '../../rigs/operator.ts';

let operated: OperatedStage;
beforeAll(async () => {
  operated = await startOperatedStage();
});
afterAll(() => operated.close());

const gate = (...args: string[]) => operated.run('gate', ...args);

test('says that the gate is closed and why, permits one login by name, and says that', async () => {
  operated.sandbox.setPassword('another');
  await readAccount(operated.stage);
  const closed = await gate('status');
  expect(closed).toMatchObject({ code: 1, output: expect.stringContaining('CLOSED (password-refused)') });
  expect(closed.output).toContain('possible failures since the last success: 1 of 2');
  expect(closed.output).toContain('last login: refused (400 json)');
  expect(await gate('allow-one')).toMatchObject({ code: 1, output: expect.stringContaining('add --same-secret') });
  expect(await gate('status')).toMatchObject({ output: expect.stringContaining('by the operator: no') });
  expect(await gate('allow-one', '--same-secret')).toMatchObject({
    code: 0,
    output: expect.stringContaining('One login is permitted'),
  });
  expect(await gate('allow-one', '--same-secret')).toMatchObject({
    output: expect.stringMatching(/permitted already|Not needed/),
  });
  expect(await gate('status')).toMatchObject({ output: expect.stringContaining('by the operator: version ') });
  expect(operated.sandbox.stats()).toMatchObject({ logins: 1, lockOuts: 0 });
});

test('closes a gate, says that it was never opened, and opens it with what is known', async () => {
  expect(await gate('close')).toMatchObject({ code: 0, output: expect.stringContaining('closed') });
  expect(await gate('status')).toMatchObject({ output: expect.stringContaining('CLOSED (never-opened)') });
  expect(await gate('allow-one')).toMatchObject({ code: 1, output: expect.stringContaining('never opened') });
  expect(await gate('open', '--never-tried')).toMatchObject({
    code: 1,
    output: expect.stringContaining('logins are known here'),
  });
  // Nobody can be asked here, and nobody said what is known.
  const unsaid = await gate('open');
  expect(unsaid).toMatchObject({ code: 1, output: expect.stringContaining('Nothing changed. Say what you know') });
  expect(unsaid.output).toMatch(
    /npm run gate -- open --stage local --stage-file \S+ --partner local-partner --unlocked/,
  );
  expect(await gate('status')).toMatchObject({ code: 1, output: expect.stringContaining('never-opened') });
  const said = ['open', '--unlocked-by-enkash'];
  // Failures that were counted before it was closed still stand, and it says so.
  const opened = await gate(...said);
  expect(opened).toMatchObject({ code: 0, output: expect.stringMatching(/: opened\.\n {2}.+\nNext: .+/) });
  expect(opened.output).not.toContain('never-opened');
  expect(await gate(...said)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/already.*\n {2}CLOSED.*\nNext: /),
  });
});

test('gives a script what it found as JSON, and the exit code of an open gate', async () => {
  operated.sandbox.setPassword(operated.sandbox.credentials.password);
  const { code, output } = await gate('status', '--json');
  const found = JSON.parse(output);
  expect(found).toMatchObject({ partner: 'local-partner', readable: true, verdict: { kind: expect.any(String) } });
  expect(code).toBe(found.verdict.kind === 'closed' ? 1 : 0);
});

test('tells, to stdout, whoever asks for help to have EnKash unlock the user first', async () => {
  expect(await runCommand('gate', ['--help'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/have EnKash unlock the user, so that its count is\s+zero/),
  });
});

test.each([
  ['an unknown verb', ['shut', '--stage', 'dev']],
  ['no stage', ['status']],
])('refuses %s with its usage, and changes nothing', async (_, args) => {
  expect(await runCommand('gate', args)).toMatchObject({
    code: 2,
    output: expect.stringContaining('npm run gate -- allow-one'),
  });
});
