import type { Coverage } from '../balances/day-row.ts';
import { slotText } from '../instants.ts';
import type { Log } from '../log.ts';
import type { Metric } from '../metrics.ts';

export type ReportDeps = { readonly metric: Metric; readonly log: Log };

/** What an operator sees of an ended run: five metrics and a line. */
export function reportRun({ metric, log }: ReportDeps, slot: number, coverage: Coverage): void {
  const { expected, measured, failed, missed } = coverage;
  log('info', 'run', { slot: slotText(slot), outcome: 'ended', count: expected });
  metric('SlotsExpected', expected);
  metric('SlotsMeasured', measured);
  metric('SlotsFailed', failed);
  metric('SlotsMissed', missed);
  if (expected > 0) metric('Coverage', (100 * measured) / expected, {}, 'Percent');
}
