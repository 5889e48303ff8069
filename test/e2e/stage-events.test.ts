import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createClient } from '../../lib/client/client.ts';
import { verifyWebhook } from '../../lib/client/webhook.ts';
import { createQueue } from '../local/aws.ts';
import { type Exchange, type Listener, listen } from '../local/http-server.ts';
import { watchAndWait } from '../local/snapshot-demo.ts';
import { type Stage, startStage } from '../local/stage.ts';
import { fetchToken, readAccount } from '../local/stage-client.ts';

const text = (file: string): string => readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
const patience = { timeout: 20_000, interval: 100 };
let stage: Stage;
let receiver: Listener;
let sqs: SQSClient;
let mailbox = '';
const received: Exchange[] = [];
/** The receiver is down for the first attempt: SQS brings the event again. */
let down = true;

beforeAll(async () => {
  receiver = await listen((exchange) => {
    received.push(exchange);
    exchange.response.writeHead(down ? 500 : 204).end();
    down = false;
  });
  Object.assign(process.env, { SNAPSHOT_EVERY_SECONDS: '1' });
  stage = await startStage({ env: process.env, forwardTo: `${receiver.url}/hook` });
  sqs = new SQSClient({});
  mailbox = await subscribe(stage.environment.BALANCE_TOPIC_ARN ?? '');
  const { body } = await readAccount(stage);
  await watchAndWait(stage, body);
});
afterAll(async () => {
  sqs?.destroy();
  await stage?.close();
  await receiver?.close();
  delete process.env.SNAPSHOT_EVERY_SECONDS;
});

/** A queue in the place of a mailbox. */
async function subscribe(TopicArn: string): Promise<string> {
  const endpoint = process.env.AWS_ENDPOINT_URL_SQS ?? '';
  const { url } = await createQueue(endpoint, 'mailbox', { visibilitySeconds: 30, maxReceives: 9 });
  const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  const { Attributes } = await sqs.send(asked);
  const sns = new SNSClient({});
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));
  sns.destroy();
  return url;
}

test('a receiver that was down gets the event again, and both official library and our client verify it', async () => {
  await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(2), patience);
  const secret = stage.forwarding?.secret ?? '';
  const [first, second] = received;
  for (const { headers, body } of [first, second] as Exchange[]) {
    const event = new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(event).toMatchObject({
      type: 'balance.low',
      data: {
        ...stage.accounts[0],
        value: '898138.00',
        title: 'Low balance: Test Rewards Pvt Ltd - Test Rewards - Reward, INR 8,98,138.00',
        text: expect.stringContaining('Available: ₹8,98,138.00'),
      },
    });
    await expect(verifyWebhook({ body, headers, secrets: secret })).resolves.toMatchObject({ event });
  }
  expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id']);
  expect(first?.url.pathname).toBe('/hook');
});

test('the route, the bus and the webhook have one body', async () => {
  const { clientId, clientSecret } = stage.callers[0];
  const client = createClient({ url: stage.url, tokenUrl: stage.tokenUrl, clientId, clientSecret });
  const list = async () => {
    const events: unknown[] = [];
    for await (const event of client.listEvents(stage.accounts[0]?.companyId ?? '', { limit: 1 })) events.push(event);
    return events;
  };
  await vi.waitFor(async () => expect(await list()).not.toEqual([]), patience);
  const [event] = await list();
  expect(event).toEqual(JSON.parse(received[0]?.body.toString() ?? ''));
  expect(event).toEqual(stage.aws.eventBridge?.events[0]?.detail);

  const stranger = stage.callers[1];
  const foreign = createClient({ ...stranger, url: stage.url, tokenUrl: stage.tokenUrl });
  const reading = foreign.listEvents('CEKTEST001').pages()[Symbol.asyncIterator]().next();
  await expect(reading).rejects.toMatchObject({ code: 'ACCOUNT_NOT_FOUND' });
});

/** What differs from run to run. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|\+05:30)/g, '<instant>')
    .replaceAll(/\d{1,2} \w{3} \d{4}, \d\d:\d\d IST/g, '<instant>')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<id>')
    .replaceAll(/(?<=timestamp: )\d{10}/g, '<seconds>')
    .replaceAll(/(?<=v1,)[A-Za-z0-9+/]{43}=/g, '<signature>');

test('the README shows a webhook, a mail and a CSV as they are, and the receivers as they are run', async () => {
  const readme = timeless(text('lib/webhooks/README.md'));
  const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, kind, block]) => ({ kind, block }));
  const ofKind = (wanted: string) => blocks.flatMap(({ kind, block = '' }) => (kind === wanted ? [block] : []));
  const [{ body, headers } = { body: '', headers: {} }] = received;
  const event = JSON.parse(timeless(`${body}`));
  expect(event).toMatchObject(JSON.parse(ofKind('json')[0] ?? ''));
  expect(ofKind('').slice(0, 2)).toEqual([`${event.data.title}\n`, `${event.data.text}\n`]);
  const named = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
  expect(ofKind('')[2]).toBe(timeless(named.map((name) => `${name}: ${Object(headers)[name]}\n`).join('')));
  expect(ofKind('js')).toEqual([text('test/rigs/receivers/receiver.mjs')]);
  expect(ofKind('python')).toEqual([text('test/rigs/receivers/receiver.py')]);

  const { companyId, cardAccountId } = stage.accounts[0] ?? {};
  const url = `${stage.url}/v1/companies/${companyId}/card-accounts/${cardAccountId}/balances`;
  const authorization = `Bearer ${await fetchToken(stage.tokenUrl, stage.callers[0])}`;
  const csv = await (await fetch(url, { headers: { authorization, accept: 'text/csv' } })).text();
  const lines = timeless(csv).split('\r\n');
  const [header = '', measured, missed] = (ofKind('csv')[0] ?? '').split('\n');
  expect(lines.slice(0, 2)).toEqual([header, measured]);
  expect(missed?.split(',')).toHaveLength(header.split(',').length);
});

test('people get a mail that they can read, with what subscriptions filter by', async () => {
  const mails = await vi.waitFor(async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: mailbox, WaitTimeSeconds: 1 }));
    expect(Messages).not.toEqual([]);
    return Messages;
  }, patience);
  const mail = JSON.parse(mails[0]?.Body ?? '');
  expect(mail.Subject).toMatch(/^Low balance: [\x20-\x7e]{1,86}$/);
  expect(mail.Message).toContain('Account: ');
  expect(mail.Message).toMatch(/Since: \d{1,2} \w{3} \d{4}, \d\d:\d\d IST/);
  expect(mail.MessageAttributes).toMatchObject({
    companyId: { Value: 'CEKTEST001' },
    event: { Value: 'balance.low' },
  });
});
