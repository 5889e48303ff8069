import type { StageSettings } from './stage-schema.ts';

/** What the alarms watch for; the dashboard draws the same lines. */
export const limits = {
  /** Of the 95th percentile of answers, milliseconds. */
  answerMs: 5_000,
  /** Of the watched accounts, measured in a slot. */
  coveragePercent: 99,
} as const;

/** How long a message may wait: most of the time in which its slot may be measured. Seconds. */
export function queueAgeLimit({ snapshots }: Pick<StageSettings, 'snapshots'>): number {
  return Math.round(snapshots.lateSeconds * 0.8);
}
