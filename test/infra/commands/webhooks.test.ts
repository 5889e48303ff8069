import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exchange, type Listener, listen } from '../../local/http-server.ts';
import { type OperatedStage, startOperatedStage } from '../../rigs/operator.ts';

let receiver: Listener;
let received: Exchange[] = [];
let status = 204;
let operated: OperatedStage;
beforeAll(async () => {
  receiver = await listen((exchange) => {
    received.push(exchange);
    exchange.response.writeHead(status).end();
  });
  operated = await startOperatedStage({ forwardTo: `${receiver.url}/hook` });
});
afterAll(async () => {
  await operated.close();
  await receiver.close();
});

const sendTest = (caller: string) => operated.run('webhooks', 'send-test', '--caller', caller);

test('a test reaches the receiver, signed as events are, and its answer is told', async () => {
  const { code, output } = await sendTest('erp');
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(/^Webhook of erp, stage local: delivered, HTTP 204\n {2}The receiver took it\./),
  });
  const [{ body, headers } = { body: '', headers: {} }] = received;
  const secret = operated.stage.forwarding?.secret ?? '';
  const event = new Webhook(secret).verify(
    `${body}`,
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`])),
  );
  expect(event).toMatchObject({ type: 'balance.low', data: { test: true, companyId: 'CEKTEST000' } });
  expect(output).not.toContain(secret);
});

test.each([
  [500, /failed, HTTP 500\n {2}The receiver failed/],
  [302, /redirect, HTTP 302/],
  [410, /gone, HTTP 410/],
])('a receiver that answers %i is told to the operator', async (answer, words) => {
  status = answer;
  expect(await sendTest('erp')).toEqual({ code: 1, output: expect.stringMatching(words) });
});

test('a caller without a webhook gets nothing', async () => {
  received = [];
  const { code, output } = await sendTest('audit');
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('no webhook for audit') });
  expect(received).toEqual([]);
});

test('a wrong verb and a missing caller are usage', async () => {
  expect(await operated.run('webhooks', 'sendtest')).toMatchObject({ code: 2 });
  expect(await operated.run('webhooks', 'send-test')).toMatchObject({ code: 2 });
});
