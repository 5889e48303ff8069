import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';
import { batchSchema, jobDeadline, workJobs } from '../lib/snapshots/job-queue.ts';
import { type PlanDeps, type PlanOutcome, planShard, planSlot } from '../lib/snapshots/plan-slot.ts';

/** EventBridge Scheduler's `<aws.scheduler.scheduled-time>`: the same for every attempt of one firing. */
const slotSchema = z.object({
  slot: z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text) => Date.parse(text)),
  ),
});
const eventSchema = z.union([batchSchema, slotSchema]);

/** The schedule begins a slot; the queue brings the jobs of its shards. */
export function createHandler(
  deps: PlanDeps,
): (event: unknown, context: Remaining) => Promise<PlanOutcome | SQSBatchResponse> {
  return jobHandler({ name: 'plan', schema: eventSchema, log: deps.log }, async (event, context: Remaining) => {
    if ('slot' in event) return planSlot(deps, event.slot, jobDeadline(deps.now(), context));
    return workJobs(deps, event, context, (job, deadline) => planShard(deps, job, deadline));
  });
}
