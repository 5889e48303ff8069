import * as z from 'zod/mini';
import { jobHandler, type Remaining } from '../lib/snapshots/job-handler.ts';
import { type PlanDeps, type PlanOutcome, planSlot } from '../lib/snapshots/plan-slot.ts';

/** EventBridge Scheduler's `<aws.scheduler.scheduled-time>`: the same for every attempt of one firing. */
const eventSchema = z.object({
  slot: z.pipe(
    z.iso.datetime({ offset: true }),
    z.transform((text) => Date.parse(text)),
  ),
});

/** One message to the queue for each account that is watched in the slot. */
export function createHandler(deps: PlanDeps): (event: unknown, context: Remaining) => Promise<PlanOutcome> {
  return jobHandler({ name: 'plan', schema: eventSchema, log: deps.log }, ({ slot }) => planSlot(deps, slot));
}
