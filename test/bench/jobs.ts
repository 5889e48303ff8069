import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { functionTable, memoryOf } from '../../infra/stage/function-table.ts';
import { slotsBetween } from '../../lib/slots.ts';
import { quarterHours } from '../rigs/samples.ts';
import { limitCpu, shareOf } from './cpu-share.ts';

const functions = {
  plan: 'plan-snapshots',
  take: 'take-snapshot',
  close: 'reconcile-snapshots',
  day: 'reconcile-snapshots',
  history: 'get-balances',
} as const;
export type Kind = keyof typeof functions;

/** Of one run. `pageMs`: the longest page of a job; the rest is what the kind measures beside. */
export type Figures = {
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly pageMs: number;
} & {
  readonly [name in 'perSecond' | 'slots' | 'requests' | 'queryMs' | 'rows' | 'json' | 'csv']: number;
};

/** Memory and time-out with which a kind of work is deployed. */
export function deployedAs(kind: Kind): { readonly memoryMb: number; readonly timeoutMs: number } {
  const { timeoutMs = 0 } = functionTable.find(({ name }) => name === functions[kind]) ?? {};
  return { memoryMb: memoryOf(functions[kind]), timeoutMs };
}

const file = (name: string): string => join(import.meta.dirname, name);

/**
 * Runs a kind of work over sockets that answer after 8 ms, at the share of CPU of its function.
 * @param stored accounts in the registry; 0: nothing is stored yet
 */
export async function runJob(kind: Kind, stored: number, more: readonly number[] = []): Promise<Figures> {
  const [slot = 0] = slotsBetween(quarterHours, {
    from: Date.parse('2026-11-25T06:00:00Z'),
    to: Date.parse('2026-11-25T07:00:00Z'),
  });
  const aws = spawn(process.execPath, [file('slow-aws.ts'), `${stored}`, `${slot}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(aws.stdout, 'data');
  const args = [kind, `http://127.0.0.1:${JSON.parse(`${line}`).port}`, slot, ...more].map(String);
  const job = fork(file('job.ts'), args);
  const share = limitCpu(job.pid ?? 0);
  try {
    await messageOf(job);
    share.limit(shareOf(deployedAs(kind).memoryMb));
    job.send('go');
    return (await messageOf(job)) as Figures;
  } finally {
    job.kill();
    aws.kill();
    share.release();
  }
}

async function messageOf(job: ReturnType<typeof fork>): Promise<unknown> {
  const gone = once(job, 'exit').then(() => Promise.reject(new Error('The job ended before it had measured.')));
  const [message] = await Promise.race([once(job, 'message'), gone]);
  gone.catch(() => {});
  return message;
}
