import * as z from 'zod/mini';
import { describeUnexpected, type Log } from '../log.ts';
import type { Remaining } from './job-handler.ts';
import { type JobMessage, parseJobMessage, type SendJobs } from './job-message.ts';
import type { JobOutcome } from './run-job.ts';

/** A batch of a queue of jobs. */
export const batchSchema = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.catch(z.string(), ''), eventSourceARN: z.string() })),
});

export type WorkJobsDeps = {
  readonly log: Log;
  readonly now: () => number;
  /** Into the queue that a job came from. */
  readonly sendAgain: (queueArn: string, jobs: Parameters<SendJobs>[0]) => Promise<void>;
};

/** A job begins no page after this share of its function's time: with the last page it ends within half of it (test/bench). */
const SHARE = 0.4;

/** Epoch ms by which an invocation's work is to end. */
export function jobDeadline(now: number, context: Remaining): number {
  return now + context.getRemainingTimeInMillis() * SHARE;
}

/** Works on jobs, one after the other; the answer names those that must come back. */
export async function workJobs(
  deps: WorkJobsDeps,
  { Records }: z.output<typeof batchSchema>,
  context: Remaining,
  work: (job: JobMessage, deadline: number) => Promise<JobOutcome>,
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const deadline = jobDeadline(deps.now(), context);
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body, eventSourceARN } of Records) {
    const job = parseJobMessage(body);
    if (!(await isDone(deps, job, eventSourceARN, deadline, work))) {
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

async function isDone(
  deps: WorkJobsDeps,
  job: JobMessage | undefined,
  queueArn: string,
  deadline: number,
  work: (job: JobMessage, deadline: number) => Promise<JobOutcome>,
): Promise<boolean> {
  if (!job) {
    deps.log('error', 'job', { outcome: 'unreadable-message' });
    return false;
  }
  try {
    const outcome = await work(job, deadline);
    if (outcome === 'unfinished') await deps.sendAgain(queueArn, [job]);
    return outcome !== 'later';
  } catch (error) {
    deps.log('error', 'job', { outcome: 'unexpected', ...describeUnexpected(error) });
    return false;
  }
}
