import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { publishedEventSchema } from '../../lib/alerts/published.ts';
import { watchAndWait } from '../local/snapshot-demo.ts';
import { type Stage, startStage } from '../local/stage.ts';
import { accountUrl, fetchToken, readAccount } from '../local/stage-client.ts';
import { fieldsOf } from '../rigs/sandbox-client.ts';

const example = { companyId: 'CEKTEST001', cardAccountId: 'CATEST001' };

let stage: Stage;
let lines: string[] = [];
beforeEach(async () => {
  lines = [];
  vi.stubEnv('SNAPSHOT_EVERY_SECONDS', '1');
  stage = await startStage({ env: process.env, write: (line) => lines.push(line) });
});
afterEach(async () => {
  await stage.close();
  vi.unstubAllEnvs();
});

async function call(method: string, url: string, body?: unknown): Promise<Response> {
  const authorization = `Bearer ${await fetchToken(stage.tokenUrl, stage.callers[0])}`;
  const json =
    body === undefined
      ? {}
      : { headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return fetch(url, { method, headers: { authorization }, ...json });
}
const url = () => accountUrl(stage.url, example);
const history = () => fieldsOf(call('GET', `${url()}/balances`));
const patience = { timeout: 20_000, interval: 250 };

test('takes snapshots of a watched account, shows them with their coverage and warns of a low balance once', async () => {
  const put = await call('PUT', `${url()}/watch`, {
    rules: { float: { balance: 'available', below: '900000.00' } },
  });
  expect(put.status).toBe(201);
  await vi.waitFor(
    async () => expect(await history()).toMatchObject({ coverage: { measured: expect.toSatisfy((n) => n >= 3) } }),
    patience,
  );

  const { items } = await history();
  expect(items).toContainEqual({
    slot: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    status: 'measured',
    observedAt: expect.any(String),
    balances: { available: '898138.00', availableOnCards: '92415.44', usedCredit: '-990553.44', creditLimit: '0.00' },
    cards: expect.objectContaining({ total: expect.any(Number) }),
    points: expect.objectContaining({ allocated: expect.any(String) }),
  });
  expect(await fieldsOf(call('GET', `${stage.url}/v1/companies/CEKTEST001/card-accounts`))).toMatchObject({
    items: [
      {
        ...example,
        latest: { balances: { available: '898138.00' } },
        watched: { states: { float: { phase: 'low' } } },
      },
    ],
  });
  const events = stage.aws.eventBridge?.events.map(({ detail }) => publishedEventSchema.parse(detail)) ?? [];
  expect(new Set(events.map(({ data }) => data.eventId)).size).toBe(1);
  expect(events[0]).toMatchObject({
    type: 'balance.low',
    data: {
      ...example,
      value: '898138.00',
      title: 'Low balance: Test Rewards Pvt Ltd - Test Rewards - Reward, INR 8,98,138.00',
    },
  });
  expect(stage.sandbox?.stats()).toMatchObject({ logins: 1, lockOuts: 0 });

  expect((await call('DELETE', `${url()}/watch`)).status).toBe(204);
});

test('shows a gap as failed and carries nothing forward', async () => {
  await call('PUT', `${url()}/watch`);
  stage.sandbox?.setFaults({ api: 'business-failure' });
  await vi.waitFor(async () => {
    const { items } = await history();
    expect(items).toContainEqual(
      expect.objectContaining({ status: 'failed', balances: null, reason: 'upstream-refused' }),
    );
  }, patience);
});

test('has what the start command shows: two snapshots, their coverage and one event', async () => {
  const { body } = await readAccount(stage);
  const { history, event } = (await watchAndWait(stage, body)) ?? {};
  expect(history).toMatchObject({ coverage: { measured: 2 } });
  expect(event).toMatchObject({ detailType: 'BalanceLow', detail: { data: example }, bus: 'local-bus' });
});
