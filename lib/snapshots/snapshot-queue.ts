import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Outgoing } from './plan-slot.ts';

const ATTEMPTS = 5;

/**
 * Sends batches of up to ten. The message group is the partner, so that on this standard queue a partner with many accounts
 * cannot make the others wait (SQS fair queues).
 */
export function createSend(
  client: Pick<SQSClient, 'send'>,
  queueUrl: string,
  sleep: (ms: number) => Promise<void>,
): (batch: readonly Outgoing[]) => Promise<void> {
  return async (batch) => {
    let left = batch.map(({ partner, body }, index) => ({
      Id: String(index),
      MessageBody: body,
      MessageGroupId: partner,
    }));
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error('SendMessageBatch left messages unsent');
      if (attempt > 0) await sleep(50 * 2 ** attempt);
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: left }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
    }
  };
}

/** Makes a message that is being worked on come again after so many seconds. */
export function createDelay(
  client: Pick<SQSClient, 'send'>,
  QueueUrl: string,
): (receipt: string, seconds: number) => Promise<void> {
  return async (ReceiptHandle, VisibilityTimeout) => {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  };
}
