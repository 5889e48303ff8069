import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchToken } from '../../local/stage-client.ts';
import { type OperatedStage, startOperatedStage } from '../../rigs/operator.ts';

let operated: OperatedStage;
beforeAll(async () => {
  operated = await startOperatedStage();
});
afterAll(() => operated.close());

const erase = (...args: string[]) =>
  operated.run('erase', '--company', 'CEKTEST001', '--card-account', 'CATEST001', ...args);

test('counts, asks, erases, and says when there was nothing', async () => {
  expect(await erase('--yes')).toMatchObject({ code: 0, output: expect.stringContaining('There was nothing') });
  const [caller] = operated.stage.callers;
  const token = await fetchToken(operated.stage.tokenUrl, caller);
  const url = `${operated.stage.url}/v1/companies/CEKTEST001/card-accounts/CATEST001/watch`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  expect((await fetch(url, { method: 'PUT', headers, body: '{}' })).status).toBe(201);

  const counted = await erase('--dry-run');
  expect(counted).toMatchObject({ code: 0, output: expect.stringMatching(/^Would be erased: \d+ rows .*is watched/) });
  const unasked = await erase();
  expect(unasked).toMatchObject({ code: 1, output: expect.stringContaining('Nothing changed: it was not confirmed') });
  const erased = await erase('--yes');
  expect(erased).toMatchObject({ code: 0, output: expect.stringMatching(/Erased \d+ rows .*no longer watched/) });
  expect(erased.output).toContain('Kept for 35 days');
});
