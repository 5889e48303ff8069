import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { forEachLimit, inBatches } from '../batches.ts';
import type { JobMessage, SendJobs } from './job-message.ts';
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

const BATCH = 10;
const SENDS_AT_ONCE = 8;

/** Sends jobs to a queue. Each slot or day is a group: on this standard queue no group makes the others wait. */
export function createSendJobs(send: (batch: readonly Outgoing[]) => Promise<void>): SendJobs {
  const toOutgoing = (job: JobMessage): Outgoing => ({ partner: `${job.kind}-${job.at}`, body: JSON.stringify(job) });
  return (jobs) => forEachLimit(inBatches(jobs.map(toOutgoing), BATCH), SENDS_AT_ONCE, send);
}

/** Sends jobs again into the queue that they came from. @param queueUrls all there are */
export function createSendAgain(
  queueUrls: readonly string[],
  sendTo: (queueUrl: string) => SendJobs,
): (queueArn: string, jobs: readonly JobMessage[]) => Promise<void> {
  return async (queueArn, jobs) => {
    const name = queueArn.split(':').at(-1);
    const url = queueUrls.find((queueUrl) => queueUrl.split('/').at(-1) === name);
    if (url === undefined) throw new Error('a job of a queue that is not ours');
    await sendTo(url)(jobs);
  };
}
