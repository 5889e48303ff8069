import { expect, test } from 'vitest';
import { RECONCILE_LAMBDA_MS } from '../../../lib/budgets.ts';
import { type JobMessage, jobsFor } from '../../../lib/snapshots/job-message.ts';
import { workJobs } from '../../../lib/snapshots/job-queue.ts';
import type { JobOutcome } from '../../../lib/snapshots/run-job.ts';

const jobs = jobsFor('close', '2026-11-23T00:00:00Z', 4);
const recordOf = (body: string, index: number) => ({ messageId: `${index}`, body, eventSourceARN: 'arn:queue' });
const context = { getRemainingTimeInMillis: () => RECONCILE_LAMBDA_MS };

function createRig(outcomes: readonly (JobOutcome | Error)[]) {
  const left = [...outcomes];
  const seen = { again: [] as unknown[], lines: [] as string[], deadlines: [] as number[] };
  const deps = {
    log: (_level: string, _event: string, { outcome = '' }) => void seen.lines.push(outcome),
    now: () => 1_000,
    sendAgain: async (queue: string, sent: readonly JobMessage[]) => void seen.again.push([queue, sent]),
  };
  const work = async (_: JobMessage, deadline: number): Promise<JobOutcome> => {
    seen.deadlines.push(deadline);
    const outcome = left.shift();
    if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('one job too many');
    return outcome;
  };
  return { seen, deps, work };
}

test('a job that is to come later, failed or cannot be read comes back; one that is unfinished is sent again', async () => {
  const { seen, deps, work } = createRig(['done', 'later', 'unfinished', new Error('a fault of ours')]);
  const Records = [...jobs.map((job) => JSON.stringify(job)), '{"v":2}'].map(recordOf);
  expect(await workJobs(deps, { Records }, context, work)).toEqual({
    batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '3' }, { itemIdentifier: '4' }],
  });
  expect(seen.again).toEqual([['arn:queue', [jobs[2]]]]);
  expect(seen.lines).toEqual(['unexpected', 'unreadable-message']);
});

test('a job begins its last page early enough to end within half of the time of its function', async () => {
  const { seen, deps, work } = createRig(['done']);
  await workJobs(deps, { Records: [recordOf(JSON.stringify(jobs[0]), 0)] }, context, work);
  // A page takes less than a tenth of it (test/bench).
  expect(seen.deadlines[0]).toBeLessThanOrEqual(1_000 + RECONCILE_LAMBDA_MS * (0.5 - 0.1));
  expect(seen.deadlines[0]).toBeGreaterThan(1_000 + RECONCILE_LAMBDA_MS / 4);
});
