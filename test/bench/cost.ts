import cdkJson from '../../cdk.json' with { type: 'json' };
import counted from '../../infra/stage/counted-requests.json' with { type: 'json' };
import { idleCost } from '../../infra/stage/idle-cost.ts';
import { millionReads, millionSnapshots } from '../../infra/stage/running-cost.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import type { WorkerRun } from './worker.ts';

export type CostLine = readonly [what: string, dollars: string];

/** What counted requests cost, for a million and for an idle month. */
export function costOnPaper(logBytes: number, { writes, reads }: WorkerRun, snapshots: number): readonly CostLine[] {
  const settings = parseStage(cdkJson.context.stages, 'uat');
  const counts = {
    read: { ...counted.read, logBytes },
    snapshot: { ...counted.snapshot, writes: writes / snapshots, reads: reads / snapshots },
  };
  const idle = idleCost(settings, 30).reduce((sum, { count, each }) => sum + count * each, 0);
  return [
    ['a million reads', millionReads(settings, counts).toFixed(2)],
    ['a million snapshots', millionSnapshots(settings, counts).toFixed(2)],
    [`an idle month of the uat stage, about 30 alarms (${settings.egress} egress)`, idle.toFixed(2)],
  ];
}
