import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueue, startQueues } from '../local/aws.ts';
import { type QueueSource, startQueueSource } from '../local/queue-source.ts';

let service: Awaited<ReturnType<typeof startQueues>>;
let queue: Awaited<ReturnType<typeof createQueue>>;
let client: SQSClient;
let source: QueueSource;
beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'ap-south-1')
    .stubEnv('AWS_ACCESS_KEY_ID', 'local')
    .stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  service = await startQueues();
  client = new SQSClient({ endpoint: service.url });
  queue = await createQueue(service.url, 'snapshots', { visibilitySeconds: 1, maxReceives: 2 });
});
afterEach(async () => {
  await source.close();
  client.destroy();
  await service.close();
  vi.unstubAllEnvs();
});

const send = (...bodies: string[]) => {
  const Entries = bodies.map((MessageBody, at) => ({ Id: `${at}`, MessageBody, MessageGroupId: 'acme' }));
  return client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
};
async function deadLetters(): Promise<string[]> {
  const ask = new ReceiveMessageCommand({
    QueueUrl: queue.deadLetterUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
  });
  const { Messages = [] } = await client.send(ask);
  return Messages.map(({ Body = '' }) => Body).sort();
}
const listen = (handle: (event: SQSEvent) => unknown) => {
  const handler = async (event: unknown) => handle(event as SQSEvent);
  source = startQueueSource({ endpoint: service.url, queueUrl: queue.url, functionName: 'take', handler });
};
const failing = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

test('hands over records as Lambda does and deletes what was done', async () => {
  const seen: SQSEvent['Records'] = [];
  listen(({ Records }) => void seen.push(...Records));
  await send('a', 'b');
  await vi.waitFor(() => expect(seen.map(({ body }) => body).sort()).toEqual(['a', 'b']), 5_000);
  expect(seen[0]).toMatchObject({
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:ap-south-1:000000000000:snapshots',
    awsRegion: 'ap-south-1',
    messageAttributes: {},
    // SQS says MessageGroupId here too; fauxqs forgets it on a queue that is not FIFO.
    attributes: { ApproximateReceiveCount: '1', SenderId: expect.any(String) },
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(seen).toHaveLength(2);
});

test('lets a reported message come again, then puts it with the dead letters, and only that one', async () => {
  const bodies: string[] = [];
  listen(({ Records }) => {
    bodies.push(...Records.map(({ body }) => body));
    return failing(...Records.filter(({ body }) => body === 'poison').map(({ messageId }) => messageId));
  });
  await send('good', 'poison');
  await vi.waitFor(async () => expect(await deadLetters()).toEqual(['poison']), { timeout: 10_000, interval: 200 });
  expect(bodies.toSorted()).toEqual(['good', 'poison', 'poison']);
});

test.each([
  ['throws', () => Promise.reject(new Error('down'))],
  ['reports an id that is not in the batch', () => failing('nobody')],
])('lets the whole batch come again when the function %s', async (_, answer) => {
  listen(answer);
  await send('a', 'b');
  await vi.waitFor(async () => expect(await deadLetters()).toEqual(['a', 'b']), { timeout: 10_000, interval: 200 });
});
