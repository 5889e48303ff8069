import * as z from 'zod/mini';
import { jobKinds } from '../balances/job-store.ts';
import { SHARDS } from '../balances/keys.ts';
import { jsonText } from '../json.ts';
import { describeUnexpected, type Log } from '../log.ts';

/** One job, as it waits in a queue. */
const jobMessageSchema = z.strictObject({
  v: z.literal(1),
  kind: z.enum(jobKinds),
  at: z.string().check(z.regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/)),
  part: z.int().check(z.minimum(0), z.maximum(SHARDS - 1)),
  of: z.int().check(z.minimum(1), z.maximum(SHARDS)),
  /** Of a judge: the partners that cannot be read. */
  outage: z.optional(z.array(z.string())),
});
export type JobMessage = z.infer<typeof jobMessageSchema>;

/** @returns undefined for anything that is no job of ours */
export function parseJobMessage(body: string): JobMessage | undefined {
  return jsonText(jobMessageSchema).safeParse(body).data;
}

/** With more accounts in the schedule, the work is split. A job that meets more than it was made for goes on in pieces. */
const WHOLE_UP_TO = 2_000;

/** In how many parts the work of a slot or a day is done. @param accounts in the schedule, as far as is known */
export function partsFor(accounts: number): number {
  return accounts > WHOLE_UP_TO ? SHARDS : 1;
}

/** A job for every part. */
export function jobsFor(kind: JobMessage['kind'], at: string, of: number): JobMessage[] {
  return Array.from({ length: of }, (_, part) => ({ v: 1, kind, at, part, of }));
}

/** The shards of a part. */
export function shardsOf({ part, of }: Pick<JobMessage, 'part' | 'of'>): number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard).filter((shard) => shard % of === part);
}

/** Puts jobs into a queue; rejects when one was not taken. */
export type SendJobs = (jobs: readonly JobMessage[]) => Promise<void>;

/** A single job is done at once: a small registry needs no queue, but where the job is not done by that, or fails. */
export async function doOrSend(
  { log, sendJobs }: { readonly log: Log; readonly sendJobs: SendJobs },
  jobs: readonly JobMessage[],
  work: (job: JobMessage) => Promise<'done' | 'unfinished' | 'later'>,
): Promise<void> {
  const [job] = jobs;
  try {
    if (jobs.length === 1 && job && (await work(job)) === 'done') return;
  } catch (error) {
    log('error', 'job', { outcome: 'unexpected', ...describeUnexpected(error) });
  }
  await sendJobs(jobs);
}
