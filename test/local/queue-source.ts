import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchItemFailure, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { invoke, type LambdaHandler } from './lambda.ts';

export type QueueSourceOptions = {
  /** AWS_ENDPOINT_URL_SQS */
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly functionName: string;
  readonly handler: LambdaHandler;
  /** @default 10 */
  readonly batchSize?: number;
  /** The mapping's maximum concurrency. @default 2, the least there is */
  readonly concurrency?: number;
  readonly timeoutMs?: number;
};
export type QueueSource = { close(): Promise<void> };

const responseSchema = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
  })
  .nullish();

const toRecord = (queueUrl: string, message: Message): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: '0',
    ...message.Attributes,
  },
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:ap-south-1:000000000000:${queueUrl.split('/').at(-1)}`,
  awsRegion: 'ap-south-1',
});

/** Lambda's reading of a partial batch response: an id that is not in the batch fails all of it. */
function succeeded(messages: readonly Message[], failures: readonly SQSBatchItemFailure[]): readonly Message[] {
  const ids = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const known = messages.filter(({ MessageId }) => MessageId !== undefined && ids.has(MessageId));
  return known.length < ids.size ? [] : messages.filter((message) => !known.includes(message));
}

/** An event source mapping with partial batch failures: what is not done comes again after the visibility time-out. */
export function startQueueSource(options: QueueSourceOptions): QueueSource {
  const { endpoint, queueUrl, functionName, handler, batchSize = 10, concurrency = 2, timeoutMs } = options;
  const client = new SQSClient({ endpoint });
  const stop = new AbortController();

  async function work(messages: readonly Message[]): Promise<void> {
    const event = { Records: messages.map((message) => toRecord(queueUrl, message)) };
    const response = responseSchema.parse(await invoke(functionName, handler, event, timeoutMs));
    const done = succeeded(messages, response?.batchItemFailures ?? []);
    if (done.length === 0) return;
    const Entries = done.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }

  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: 5,
    MessageSystemAttributeNames: ['All'],
  });
  async function poll(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const { Messages = [] } = await client.send(receive, { abortSignal: stop.signal });
        if (Messages.length > 0) await work(Messages);
      } catch {
        // The messages come again; a queue that is down is asked again.
        await wait(100, undefined, { signal: stop.signal }).catch(() => {});
      }
    }
  }

  const pollers = Array.from({ length: concurrency }, poll);
  return {
    async close() {
      stop.abort();
      await Promise.all(pollers);
      client.destroy();
    },
  };
}
