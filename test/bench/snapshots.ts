import { loadavg } from 'node:os';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseStage } from '../../infra/stage/settings.ts';
import { batchSize } from '../../infra/stage/snapshot-batches.ts';
import { costOnPaper } from './cost.ts';
import { shareOf } from './cpu-share.ts';
import { judgeJobs } from './job-goals.ts';
import { deployedAs, runJob } from './jobs.ts';
import { median } from './median.ts';
import { createReport, type Report } from './report.ts';
import { warmEnvironment } from './rounds.ts';
import { startStandIns } from './stand-ins.ts';
import { writeVariants } from './variants.ts';
import { runWorker, type WorkerRun } from './worker.ts';

const IN_FLIGHT = 64;
const ACCOUNTS = 6_000;

/** G6 to G10: planner, worker, history, cost on paper, and reconciler. @param rounds of each measurement */
export async function measureSnapshots(rounds: number): Promise<Report> {
  const report = createReport('Snapshots');
  report.text(
    'Planner, reconciler, worker and history are processes of their own at the share of CPU of their functions; DynamoDB and SQS are asked by the SDK over sockets that answer after 8 ms. ' +
      `Load of the machine at the start: ${loadavg()
        .map((load) => load.toFixed(1))
        .join(', ')}.`,
  );
  const logBytes = await logBytesPerRead();
  await judgeJobs(report, rounds);
  const run = await judgeWorker(report, rounds);
  await judgeHistory(report, rounds);
  const costs = costOnPaper(logBytes, run, ACCOUNTS);
  report.text('G9, US dollars on paper:');
  report.table(['what', 'dollars'], costs);
  return report;
}

async function several<T>(rounds: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await work());
  return results;
}

async function judgeWorker(report: Report, rounds: number): Promise<WorkerRun> {
  const batch = batchSize(parseStage(cdkJson.context.stages, 'uat').snapshots);
  const { memoryMb } = deployedAs('take');
  for (const latencyMs of [50, 500]) {
    const runs = await several(rounds, () => runJob('take', 0, [1_500, batch, latencyMs]));
    const rate = median(runs.map(({ perSecond }) => perSecond));
    const cpuMs = median(runs.map(({ cpuMs }) => cpuMs / 1_500));
    const shares = runs.map(({ perSecond }) => (perSecond * latencyMs) / (IN_FLIGHT * 1_000));
    report.atLeast('G7', `accounts/s at ${memoryMb} MB over ${IN_FLIGHT} in flight/${latencyMs} ms`, shares, 0.85);
    report.text(
      `The worker, EnKash after ${latencyMs} ms, ${batch} a batch: ${rate.toFixed()} accounts/s, ${cpuMs.toFixed(2)} ms of CPU an account ` +
        `(so ${((1_000 * shareOf(memoryMb)) / cpuMs).toFixed()}/s is all that ${memoryMb} MB allow), peak ${Math.max(...runs.map(({ peakMb }) => peakMb)).toFixed()} MB.`,
    );
  }
  const run = await runWorker({ accounts: ACCOUNTS, batch, latencyMs: 50 });
  const perSecond = 20;
  const paced = await runWorker({ accounts: 300, batch, latencyMs: 50, perSecond });
  report.atLeast(
    'G7',
    'the same by our own code alone: a whole core, no SDK, 50 ms',
    run.perSecond / (IN_FLIGHT / 0.05),
    0.85,
  );
  report.atLeast('G7', `share of a rate of ${perSecond}/s that is used`, paced.perSecond / perSecond, 0.95);
  report.atMost('G7', 'calls in any second, at most', paced.mostInASecond, perSecond);
  report.atMost('G7', 'EnKash calls per stored snapshot', run.calls / ACCOUNTS, 1.05);
  report.atMost('G7', 'DynamoDB requests per snapshot', run.dynamoRequests / ACCOUNTS, 3);
  report.atMost('G7', 'slot row, bytes', run.largestItem, 1_024);
  return run;
}

async function judgeHistory(report: Report, rounds: number): Promise<void> {
  const runs = await several(rounds, () => runJob('history', 1));
  const { memoryMb } = deployedAs('history');
  const [{ slots, requests } = { slots: 0, requests: Number.NaN }] = runs;
  report.text(
    `The bare query of a month at ${memoryMb} MB: ${median(runs.map(({ queryMs }) => queryMs)).toFixed()} ms.`,
  );
  report.atMost('G8', `DynamoDB requests for a month, ${slots} slots`, requests, 2);
  report.atMost(
    'G8',
    `rows read and put in order at ${memoryMb} MB / the bare query`,
    runs.map(({ rows }) => rows),
    1.3,
  );
  report.atMost(
    'G8',
    'the whole answer as JSON / the bare query',
    runs.map(({ json }) => json),
    1.3,
  );
  report.atMost(
    'G8',
    'the whole answer as CSV / the bare query',
    runs.map(({ csv }) => csv),
    1.5,
  );
}

/** What one warm read of get-card-account writes into its log. */
async function logBytesPerRead(): Promise<number> {
  const standIns = await startStandIns();
  const environment = await warmEnvironment(standIns, (await writeVariants()).ours);
  const before = environment.printed().length;
  for (let read = 0; read < 20; read += 1) await environment.invoke(standIns.event);
  await environment.stop();
  await standIns.close();
  return (environment.printed().length - before) / 20;
}
