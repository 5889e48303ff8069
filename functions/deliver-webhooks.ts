import * as z from 'zod/mini';
import { jobHandler } from '../lib/snapshots/job-handler.ts';
import { type DeliverDeps, deliverAll, sendTest } from '../lib/webhooks/deliver.ts';
import { testEvent } from '../lib/webhooks/test-event.ts';

const batchSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.string().check(z.regex(/^\d{1,6}$/)) }),
    }),
  ),
});
/** An operator asks whether a receiver answers. */
const testSchema = z.strictObject({ action: z.literal('send-test'), caller: z.string(), requestId: z.string() });
const eventSchema = z.union([batchSchema, testSchema]);

/** A batch of the webhooks' queue, or one test; the answer names what must come back, or what became of the test. */
export function createHandler(deps: DeliverDeps & { readonly now: () => number }) {
  return jobHandler({ name: 'deliver', schema: eventSchema, log: deps.log }, async (event, _context: unknown) => {
    if ('action' in event) {
      const { outcome, status } = await sendTest(deps, event.caller, testEvent(deps.now()));
      return { outcome, status };
    }
    const batch = event.Records.map(({ messageId, receiptHandle, body, attributes }) => ({
      id: messageId,
      receipt: receiptHandle,
      body,
      attempt: Number(attributes.ApproximateReceiveCount),
    }));
    const returned = await deliverAll(deps, batch);
    return { batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) };
  });
}
