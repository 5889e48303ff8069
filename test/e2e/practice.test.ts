import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type PracticeWords, practiceWords } from '../../lib/api/routes/practice.ts';
import openApi from '../../openapi.json' with { type: 'json' };
import { type Stage, startStage } from '../local/stage.ts';
import { accountUrl, fetchToken } from '../local/stage-client.ts';
import { fieldsOf } from '../rigs/sandbox-client.ts';

let stage: Stage;
let authorization = '';
beforeAll(async () => {
  stage = await startStage({ env: process.env });
  authorization = `Bearer ${await fetchToken(stage.tokenUrl, stage.callers[0])}`;
});
afterAll(() => stage.close());

const read = (cardAccountId: string) =>
  fetch(accountUrl(stage.url, { companyId: 'CEKTEST001', cardAccountId }), { headers: { authorization } });

const { responses } = openApi.paths['/v1/companies/{companyId}/card-accounts/{cardAccountId}'].get;
const content = z.object({ content: z.record(z.string(), z.object({ examples: z.record(z.string(), z.unknown()) })) });
/** What the document shows of a code, without what differs from request to request. */
function shownOf(code: string): unknown {
  for (const response of Object.values(responses)) {
    const { examples = {} } = content.parse(response).content['application/problem+json'] ?? {};
    if (code in examples) return z.object({ value: z.looseObject({}) }).parse(examples[code]).value;
  }
  return undefined;
}

describe('an account to practise with', () => {
  const failing = Object.entries<PracticeWords>(practiceWords).filter(([, { code }]) => code !== undefined);
  test.each(failing)('%s fails as its words say', async (id, { code = '' }) => {
    const response = await read(id);
    const { requestId, reason, ...problem } = await fieldsOf(response);
    const { requestId: _, ...shown } = z.looseObject({}).parse(shownOf(code));
    expect(problem).toEqual(shown);
    expect(requestId).toBe(response.headers.get('x-amzn-requestid'));
  });

  test('leaves every other account as it is', async () => {
    expect((await read('CATEST001')).status).toBe(200);
  });

  test('has a balance that is low, or that goes down and up', async () => {
    const balances = async (id: string, times: number) => {
      const seen: string[] = [];
      for (let time = 0; time < times; time += 1) {
        const { balances } = await fieldsOf(read(id));
        seen.push(z.object({ available: z.string() }).parse(balances).available);
      }
      return seen;
    };
    expect(await balances('CATESTLOW', 2)).toEqual(['10.00', '10.00']);
    expect(await balances('CATESTSWING', 9)).toEqual([
      ...Array(4).fill('10.00'),
      ...Array(4).fill('10000.00'),
      '10.00',
    ]);
  });

  test('says how long to wait where somebody asked for it', async () => {
    const waits = async (id: string) => Number((await read(id)).headers.get('retry-after'));
    expect(await waits('CATESTLIMITED')).toBe(1);
    expect(await waits('CATESTBUSY')).toBeGreaterThan(1);
  });
});
