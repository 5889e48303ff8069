import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { functionTable } from '../../infra/stage/function-table.ts';
import { jobQueues } from '../../infra/stage/snapshot-batches.ts';
import { SHARDS } from '../../lib/balances/keys.ts';
import { createTimetable, slotsBetween } from '../../lib/slots.ts';
import type { Report } from './report.ts';

const MILLION = 1_000_000;
const PERIOD_SECONDS = 900;
const DAY_ACCOUNTS = 2_000;

type Figures = { readonly ms: number; readonly cpuMs: number; readonly peakMb: number };
type Kind = 'plan' | 'close' | 'day';

/**
 * One shard of planner and reconciler with the real SDK over sockets that answer after 8 ms. CPU time is the process's own,
 * so it holds on a busy machine; a function of 1,769 MB has one core of it.
 */
export async function measureJobs(report: Report): Promise<void> {
  const shard = MILLION / SHARDS;
  const small = await run('plan', shard / 10);
  const plan = await run('plan', shard);
  const close = await run('close', shard);
  const day = await run('day', DAY_ACCOUNTS);
  const memoryMb = functionTable.find(({ name }) => name === 'plan-snapshots')?.memoryMb ?? 0;
  report.atMost('G6', `a million planned: one of ${SHARDS} shards, seconds`, plan.ms / 1_000, 120);
  report.atMost('G6', 'time for 10 x accounts / time', plan.cpuMs / small.cpuMs, 10.5);
  report.atMost('G6', 'planner, peak MB', plan.peakMb, memoryMb * 0.75);
  report.atMost('G10', `a slot of a million ended: one of ${SHARDS} shards, seconds`, close.ms / 1_000, PERIOD_SECONDS);
  const rounds = SHARDS / jobQueues.backlog.atOnce;
  const daySeconds = ((day.cpuMs / 1_000) * shard * rounds) / DAY_ACCOUNTS;
  report.atMost(
    'G10',
    `a million day rows, CPU of ${DAY_ACCOUNTS} times ${shard * rounds}`,
    daySeconds,
    PERIOD_SECONDS,
  );
  report.atMost('G10', 'reconciler, peak MB', Math.max(close.peakMb, day.peakMb), memoryMb * 0.75);
}

async function run(kind: Kind, accounts: number): Promise<Figures> {
  const [slot = 0] = slotsBetween(createTimetable(PERIOD_SECONDS, 300), {
    from: Date.parse('2026-11-25T06:00:00Z'),
    to: Date.parse('2026-11-25T07:00:00Z'),
  });
  const file = (name: string): string => join(import.meta.dirname, name);
  const aws = spawn(process.execPath, [file('slow-aws.ts'), `${accounts}`, `${slot}`]);
  try {
    const [line] = await once(aws.stdout, 'data');
    const { port } = JSON.parse(`${line}`);
    const args = [file('job.ts'), kind, `http://127.0.0.1:${port}`, `${slot}`];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  } finally {
    aws.kill();
  }
}
