import { jobQueues } from '../../infra/stage/snapshot-batches.ts';
import { SHARDS } from '../../lib/balances/keys.ts';
import { jobDeadline } from '../../lib/snapshots/job-queue.ts';
import { playBacklog } from './backlog.ts';
import { drawScale, type Scaled } from './drawing.ts';
import { deployedAs, type Figures, runJob } from './jobs.ts';
import { median } from './median.ts';
import { type Report, spreadOf } from './report.ts';

const SHARD = 1_000_000 / SHARDS;
const PERIOD_SECONDS = 900;
/** Accounts of three runs, the last with ten times those of the first. Days are slow: their million is computed. */
const sizes = { plan: thirds(SHARD), close: thirds(SHARD), day: thirds(2_000) } as const;
type Sized = keyof typeof sizes;
const kinds = ['plan', 'close', 'day'] as const;
type Runs = Readonly<Record<Sized, readonly (readonly Figures[])[]>>;

function thirds(most: number): readonly number[] {
  return [most / 10, most / Math.sqrt(10), most].map(Math.round);
}

/** G6 and G10: one shard of planner and reconciler, with the real SDK over sockets. */
export async function judgeJobs(report: Report, rounds: number): Promise<void> {
  const runs: Runs = {
    plan: await measure('plan', rounds),
    close: await measure('close', rounds),
    day: await measure('day', rounds),
  };
  report.table(
    ['one shard', 'accounts', 'microseconds of CPU an account', 'spread', 'seconds', 'peak MB', 'longest page, ms'],
    kinds.flatMap((kind) => sizes[kind].map((size, at) => lineOf(kind, size, runs[kind][at] ?? []))),
  );
  report.draw(
    'scale.svg',
    drawScale(kinds.flatMap((kind) => sizes[kind].map((size, at) => scaledOf(kind, size, runs[kind][at] ?? [])))),
  );
  report.text('![CPU an account and memory of planner and reconciler at three sizes](scale.svg)');
  report.atMost('G6', `a million planned: one of ${SHARDS} shards, seconds`, seconds(largest(runs.plan)), 120);
  judgeEach(report, 'G6', 'plan', runs);
  report.atMost(
    'G10',
    `a slot of a million ended: one of ${SHARDS} shards, seconds`,
    seconds(largest(runs.close)),
    PERIOD_SECONDS,
  );
  judgeEach(report, 'G10', 'close', runs);
  const turns = SHARDS / jobQueues.backlog.atOnce;
  const times = (SHARD * turns) / (sizes.day.at(-1) ?? 1);
  report.atMost(
    'G10',
    `a million day rows: ${turns} shards one after the other, seconds`,
    seconds(largest(runs.day)).map((each) => each * times),
    PERIOD_SECONDS,
  );
  judgeEach(report, 'G10', 'day', runs);

  const costOf = (kind: Sized): number => (1_000 * median(seconds(largest(runs[kind])))) / (sizes[kind].at(-1) ?? 1);
  const costs = { plan: costOf('plan'), close: costOf('close'), day: costOf('day'), judge: costOf('close') };
  const { hours, newestMinutes } = await playBacklog({ offMs: 26 * 3_600_000, accounts: 100_000, costs });
  report.atMost(
    'G10',
    'reconciler off for 26 h, 100,000 accounts: hours until nothing is late (virtual time)',
    hours,
    2,
  );
  report.atMost(
    'G10',
    'meanwhile the newest slot, minutes after its firing (virtual time)',
    newestMinutes,
    PERIOD_SECONDS / 60,
  );
}

/** All sizes in turn, round after round, so that whatever else the machine does meets them all. */
async function measure(kind: Sized, rounds: number): Promise<readonly (readonly Figures[])[]> {
  const runs: Figures[][] = sizes[kind].map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, size] of sizes[kind].entries()) runs[at]?.push(await runJob(kind, size));
  }
  return runs;
}

const largest = (runs: readonly (readonly Figures[])[]): readonly Figures[] => runs.at(-1) ?? [];

/** By the clock, and never less than the CPU took: a core of Lambda's is one. */
const seconds = (runs: readonly Figures[]): readonly number[] =>
  runs.map(({ ms, cpuMs }) => Math.max(ms, cpuMs) / 1_000);

function lineOf(kind: Sized, size: number, runs: readonly Figures[]) {
  const each = runs.map(({ cpuMs }) => (cpuMs * 1_000) / size);
  const most = (pick: (figures: Figures) => number): number => Math.round(Math.max(...runs.map(pick)));
  const middle = median(seconds(runs)).toFixed(2);
  return [
    kind,
    size,
    Math.round(median(each)),
    spreadOf(each),
    middle,
    most(({ peakMb }) => peakMb),
    most(({ pageMs }) => pageMs),
  ];
}

function scaledOf(kind: Sized, accounts: number, runs: readonly Figures[]): Scaled {
  const cpuMicros = Math.round(median(runs.map(({ cpuMs }) => (cpuMs * 1_000) / accounts)));
  const peakMb = Math.round(Math.max(...runs.map((figures) => figures.peakMb)));
  return { kind, accounts, cpuMicros, peakMb, memoryMb: deployedAs(kind).memoryMb };
}

function judgeEach(report: Report, goal: string, kind: Sized, runs: Runs): void {
  const { memoryMb, timeoutMs } = deployedAs(kind);
  const [small = [], , large = []] = runs[kind];
  const slopes = large.map(({ cpuMs }, at) => cpuMs / (small[at]?.cpuMs ?? Number.NaN));
  report.atMost(goal, `${kind}: CPU of 10 x accounts / CPU`, slopes, 10.5);
  report.atMost(
    goal,
    `${kind}: peak MB`,
    large.map(({ peakMb }) => peakMb),
    memoryMb * 0.75,
  );
  // A job stops at the first page that begins after its deadline.
  const deadlineMs = jobDeadline(0, { getRemainingTimeInMillis: () => timeoutMs });
  const wholeShard = SHARD / (sizes[kind].at(-1) ?? 1);
  const longest = large.map(({ ms, pageMs }) => Math.min(ms * wholeShard, deadlineMs + pageMs) / timeoutMs);
  report.atMost(goal, `${kind}: longest invocation / time-out`, longest, 0.5);
}
