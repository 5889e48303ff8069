import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';
import { type TakeDeps, takeSnapshots } from '../lib/snapshots/take-snapshots.ts';

const received = z.catch(z.object({ ApproximateReceiveCount: z.string().check(z.regex(/^\d{1,6}$/)) }), {
  ApproximateReceiveCount: '1',
});
const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.catch(z.string(), ''),
      receiptHandle: z.catch(z.string(), ''),
      attributes: received,
    }),
  ),
});

/** A batch of the queue; the answer names the messages that must come back, all of them when nothing could be done. */
export function createHandler(deps: TakeDeps): (event: unknown, context: Remaining) => Promise<SQSBatchResponse> {
  return jobHandler({ name: 'take', schema: eventSchema, log: deps.log }, async ({ Records }, context: Remaining) => {
    const deadline = deps.now() + context.getRemainingTimeInMillis();
    const batch = Records.map(({ messageId, body, receiptHandle, attributes }) => ({
      id: messageId,
      body,
      receipt: receiptHandle,
      attempt: Number(attributes.ApproximateReceiveCount),
    }));
    const returned = await takeSnapshots(deps, batch, deadline);
    return { batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) };
  });
}
