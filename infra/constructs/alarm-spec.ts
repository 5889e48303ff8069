import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmId } from '../stage/alarm-ids.ts';

/** An alarm and what the person it wakes needs to know; the runbook is under its id. */
export interface AlarmSpec {
  /** Alarms of several partners, tables or functions share one. */
  readonly id: AlarmId;
  /** The partner or group of functions, where there are several. */
  readonly subject?: string;
  /** What is the matter, in a few words: the subject of the mail. */
  readonly title: string;
  readonly impact: string;
  /** Whole sentences, with whole commands. */
  readonly doFirst: string;
  /** For CloudWatch Logs Insights, over the groups of the functions. */
  readonly query?: string;
  readonly metric: IMetric;
  /** @default 1 */
  readonly threshold?: number;
  /** On which side of the threshold. @default at-or-above */
  readonly alarmsWhen?: 'at-or-above' | 'below';
  /** Periods in a row. @default 1 */
  readonly periods?: number;
  /** Whether one period of them is enough. @default for an `event` alone */
  readonly any?: boolean;
  /**
   * `state`: the metric says how things are. `reading`: it does so now and then, and holds until the next one. `event`: it counts, and nothing says that all is well again; so the alarm
   * stands for `periods` after the last one, and sends no OK. `silence`: a thing that happens in every period; no data is
   * the alarm, told as INSUFFICIENT_DATA, which a stage that is being created does not pass through.
   */
  readonly kind: 'state' | 'reading' | 'event' | 'silence';
}
