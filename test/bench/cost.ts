import cdkJson from '../../cdk.json' with { type: 'json' };
import { idleCost } from '../../infra/stage/idle-cost.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import { batchSize } from '../../infra/stage/snapshot-batches.ts';
import type { WorkerRun } from './worker.ts';

/** List prices of ap-south-1 in US dollars, without tax or free tiers: an orientation, the bill is AWS's. */
const price = {
  restRequest: 3.5 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  logsGb: 0.67,
  dynamoWrite: 0.7115 / 1e6,
  dynamoRead: 0.1423 / 1e6,
  sqsRequest: 0.4 / 1e6,
  wafRequest: 0.6 / 1e6,
};
/** EnKash's answer as assumed on paper, and what a function is billed around it. */
const UPSTREAM_MS = 200;
const GB = 0.5;

export type CostLine = readonly [what: string, dollars: string];

/** What counted requests cost, for a million and for an idle month. */
export function costOnPaper(logBytesPerRead: number, workerRun: WorkerRun, snapshots: number): readonly CostLine[] {
  const settings = parseStage(cdkJson.context.stages, 'uat');
  const read =
    price.restRequest +
    price.lambdaRequest +
    (settings.waf ? price.wafRequest : 0) +
    GB * (UPSTREAM_MS / 1_000) * price.lambdaGbSecond +
    (logBytesPerRead / 1e9) * price.logsGb;

  const batch = batchSize(settings.snapshots);
  const writes = workerRun.dynamoRequests / snapshots;
  const invocationSeconds = Math.ceil(batch / 64) * (UPSTREAM_MS / 1_000) + 0.2;
  const snapshot =
    writes * price.dynamoWrite +
    2 * price.dynamoRead +
    // Sent and received and deleted by tens; planned from one row.
    3 * (price.sqsRequest / 10) +
    price.dynamoRead / 2 +
    (price.lambdaRequest + GB * invocationSeconds * price.lambdaGbSecond) / batch;
  const idle = idleCost(settings, 30).reduce((sum, { count, each }) => sum + count * each, 0);
  return [
    ['a million reads', (read * 1e6).toFixed(2)],
    ['a million snapshots', (snapshot * 1e6).toFixed(2)],
    [`an idle month of the uat stage, about 30 alarms (${settings.egress} egress)`, idle.toFixed(2)],
  ];
}
