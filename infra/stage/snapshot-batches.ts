import { PLAN_LAMBDA_MS, RECONCILE_LAMBDA_MS, WORKER_LAMBDA_MS } from '../../lib/budgets.ts';
import type { StageSettings } from './stage-schema.ts';

/** Six times the worker's time-out, as SQS asks. A failure that may pass sets a shorter wait (failure-reasons.ts). */
export const retrySeconds = (6 * WORKER_LAMBDA_MS) / 1000;
/** A message that fails all through the longest window comes nine times. */
export const mostReceives = 10;
/** Of the worker's time: what it may spend on pacing its calls. */
const pacedSeconds = 12;
/** Twice the worker's calls in flight (take-snapshots.ts): in batches of 100 the last 36 would have it half idle. */
const largestBatch = 128;

/** As many accounts as a worker can call in its time at the slowest partner's share of the rate. */
export function batchSize({ perSecond, maxConcurrency }: StageSettings['snapshots']): number {
  const slowest = Math.min(...Object.values(perSecond));
  return Math.max(1, Math.min(largestBatch, Math.floor((pacedSeconds * slowest) / maxConcurrency)));
}

/** Jobs at a time, and when the queue gives one back: six of its function's time-outs, as SQS asks. */
export const jobQueues = {
  plan: { atOnce: 16, visibilitySeconds: (6 * PLAN_LAMBDA_MS) / 1000 },
  close: { atOnce: 16, visibilitySeconds: (6 * RECONCILE_LAMBDA_MS) / 1000 },
  backlog: { atOnce: 8, visibilitySeconds: (6 * RECONCILE_LAMBDA_MS) / 1000 },
} as const;
