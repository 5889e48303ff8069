import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CardAccount } from '../../../lib/account/account.ts';
import { liveFreshness } from '../../../lib/account/freshness.ts';
import type { Answer, SummaryRequest } from '../../../lib/api/account-reader.ts';
import { readBatch } from '../../../lib/api/read-batch.ts';
import { snapshotWith } from '../../rigs/samples.ts';

const accounts = Array.from({ length: 25 }, (_, index) => ({ companyId: 'CEKTEST001', cardAccountId: `CA${index}` }));
const request = { accounts, caller: 'alpha', requestId: 'r1', deadline: 9_000, fields: {} };

function start(summary: (asked: SummaryRequest) => Promise<Answer<CardAccount>>) {
  const events: string[] = [];
  const deps = {
    accounts: { summary },
    grants: { alpha: { grants: [{ partner: 'acme', companyId: 'CEKTEST001' }] } },
    log: (_level: string, event: string) => void events.push(event),
    metric: () => {},
    now: () => 0,
  };
  return { events, read: () => readBatch(deps, request) };
}

const answerOf = ({ companyId, cardAccountId }: SummaryRequest): Answer<CardAccount> => ({
  account: { companyId, cardAccountId, companyName: null, accountTitle: null, ...snapshotWith(1) },
  freshness: liveFreshness(0, 0),
});

test('reads eight accounts at a time under one deadline, and keeps the order whoever answers first', async () => {
  let running = 0;
  let most = 0;
  const deadlines = new Set<number>();
  const { read } = start(async (asked) => {
    running += 1;
    most = Math.max(most, running);
    deadlines.add(asked.deadline);
    await sleep(Number(asked.cardAccountId.slice(2)) % 2 === 0 ? 8 : 1);
    running -= 1;
    return answerOf(asked);
  });
  const items = await read();
  expect([most, [...deadlines]]).toEqual([8, [9_000]]);
  expect(items.map(({ cardAccountId }) => cardAccountId)).toEqual(accounts.map(({ cardAccountId }) => cardAccountId));
});

test('a defect in one account is that account\u2019s INTERNAL, named in the log, and the others are answered', async () => {
  const { read, events } = start(async (asked) => {
    if (asked.cardAccountId === 'CA3') throw new TypeError('canary');
    return answerOf(asked);
  });
  const items = await read();
  expect(items.filter(({ problem }) => problem !== null)).toMatchObject([
    { cardAccountId: 'CA3', account: null, problem: { code: 'INTERNAL', status: 500, requestId: 'r1' } },
  ]);
  expect(JSON.stringify(items)).not.toContain('canary');
  expect(events.filter((event) => event === 'unexpected')).toHaveLength(1);
});
