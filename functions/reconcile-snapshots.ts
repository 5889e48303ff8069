import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';
import { batchSchema, jobDeadline, workJobs } from '../lib/snapshots/job-queue.ts';
import { type ReconcileDeps, type ReconcileOutcome, reconcile, reconcileJob } from '../lib/snapshots/reconcile.ts';

const eventSchema = z.union([batchSchema, z.object({ slot: z.string() })]);

/** The schedule sends the jobs that are due, read from the table and the clock; the queues bring them. */
export function createHandler(
  deps: ReconcileDeps,
): (event: unknown, context: Remaining) => Promise<ReconcileOutcome | SQSBatchResponse> {
  return jobHandler({ name: 'reconcile', schema: eventSchema, log: deps.log }, async (event, context: Remaining) => {
    if ('slot' in event) return reconcile(deps, jobDeadline(deps.now(), context));
    return workJobs(deps, event, context, (job, deadline) => reconcileJob(deps, job, deadline));
  });
}
