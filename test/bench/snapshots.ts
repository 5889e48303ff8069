import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseStage } from '../../infra/stage/settings.ts';
import { batchSize } from '../../infra/stage/snapshot-batches.ts';
import { costOnPaper } from './cost.ts';
import { measureHistory } from './history.ts';
import { measureJobs } from './jobs.ts';
import { createReport, type Report } from './report.ts';
import { warmEnvironment } from './rounds.ts';
import { startStandIns } from './stand-ins.ts';
import { writeVariants } from './variants.ts';
import { runWorker } from './worker.ts';

const IN_FLIGHT = 64;
const LATENCY_MS = 50;
const ACCOUNTS = 6_000;

/** G6 to G10: planner, worker, history, cost on paper, and reconciler. */
export async function measureSnapshots(): Promise<Report> {
  const report = createReport('Snapshots');

  await measureJobs(report);

  const batch = batchSize(parseStage(cdkJson.context.stages, 'uat').snapshots);
  const ideal = (IN_FLIGHT / LATENCY_MS) * 1_000;
  const run = await runWorker({ accounts: ACCOUNTS, batch, latencyMs: LATENCY_MS, sdk: false });
  const signed = await runWorker({ accounts: ACCOUNTS, batch, latencyMs: LATENCY_MS, sdk: true });
  const perSecond = 20;
  const paced = await runWorker({ accounts: 300, batch, latencyMs: LATENCY_MS, perSecond, sdk: false });
  report.atLeast(
    'G7',
    `accounts/s over ${IN_FLIGHT} in flight/${LATENCY_MS} ms, ${batch} a batch`,
    run.perSecond / ideal,
    0.85,
  );
  report.atLeast('G7', `share of a rate of ${perSecond}/s that is used`, paced.perSecond / perSecond, 0.95);
  report.atMost('G7', 'calls in any second, at most', paced.mostInASecond, perSecond);
  report.atMost('G7', 'EnKash calls per stored snapshot', run.calls / ACCOUNTS, 1.05);
  report.atMost('G7', 'DynamoDB requests per snapshot', run.dynamoRequests / ACCOUNTS, 3);
  report.atMost('G7', 'slot row, bytes', run.largestItem, 1_024);

  const history = await measureHistory();
  report.atMost('G8', `DynamoDB requests for a month, ${history.slots} slots`, history.requests, 2);
  report.atMost('G8', 'time / the bare query', history.ratio, 1.3);

  const costs = costOnPaper(await logBytesPerRead(), run, ACCOUNTS);
  report.text(
    `The worker, SDK requests signed and read but no sockets: ${signed.perSecond.toFixed()} accounts/s; without the SDK ${run.perSecond.toFixed()}. G9, US dollars on paper:`,
  );
  report.table(['what', 'dollars'], costs);
  return report;
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
