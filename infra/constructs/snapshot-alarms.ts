import { Duration } from 'aws-cdk-lib';
import type { MetricName } from '../../lib/metrics.ts';
import { limits, queueAgeLimit } from '../stage/limits.ts';
import { pasteableCommands } from '../stage/pasteable.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { serviceMetric } from './metrics.ts';
import type { Snapshots } from './snapshots.ts';

/** Of balances over time. */
export function snapshotAlarms(
  settings: StageSettings,
  { queue, failures }: Pick<Snapshots, 'queue' | 'failures'>,
): readonly AlarmSpec[] {
  const { stage, everyMinutes } = settings;
  const { deploy, doctor, readMessage } = pasteableCommands(stage);
  const period = Duration.minutes(5);
  return [
    {
      id: 'coverage-low',
      title: 'balances were not measured',
      impact:
        'Less than 99 % of the watched accounts were measured in a slot. What was missed can never be asked for again.',
      doFirst: `Run "${doctor}". Failed points at EnKash or the gate, missed at the planner or the queue.`,
      query: 'filter event = "snapshot" | stats count() by outcome, reason',
      metric: serviceMetric(stage, 'Coverage', {}, { statistic: 'Minimum', minutes: everyMinutes }),
      threshold: limits.coveragePercent,
      alarmsWhen: 'below',
      kind: 'reading',
    },
    {
      id: 'run-unfinished',
      title: 'a slot or a day was not closed',
      impact:
        'A slot or a day should have ended half an hour ago and has not: its coverage, its day rows and events about balances that are unknown wait.',
      doFirst: `Run "${doctor}", then the log of reconcile-snapshots. A backlog shrinks by itself, by 16 slots a period.`,
      query: 'filter event = "job" or event = "reconcile" | stats count() by outcome, errorName, errorAt',
      metric: serviceMetric(stage, 'RunsUnfinished', {}, { statistic: 'Maximum', minutes: everyMinutes }),
      periods: 2,
      kind: 'state',
    },
    {
      id: 'accounts-unmeasured',
      title: 'an account had no balance all day',
      impact: 'An account was in the schedule for a whole day (India) and none of its slots was measured.',
      doFirst: `Run "${doctor}": it names them. EnKash may not have the account any more.`,
      query: 'filter event = "snapshot" | stats count() by cardAccountId, outcome, reason',
      metric: serviceMetric(stage, 'AccountsUnmeasured', {}, { statistic: 'Maximum', minutes: 60 }),
      kind: 'reading',
    },
    {
      id: 'snapshots-late',
      title: 'snapshots are late',
      impact: 'Messages wait nearly as long as a slot may be measured; after that their slots are missed.',
      doFirst: `Raise snapshots.maxConcurrency, or perSecond if EnKash allows more, in cdk.json; then "${deploy}".`,
      metric: queue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      threshold: queueAgeLimit(settings),
      kind: 'state',
    },
    {
      id: 'dead-letter',
      title: 'a snapshot message failed for good',
      impact: 'A snapshot message failed ten times: one account has a hole in its history.',
      doFirst: `Read the message, which holds ids only: "${readMessage('SnapshotDeadLetters')}". Do not redrive it: its slot is over, and nothing would be measured.`,
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      kind: 'state',
    },
    {
      id: 'invocation-failed',
      title: 'a run, an event or a mail was given up',
      impact: 'A planned slot, a reconciliation, a balance event or an alarm mail was given up after all retries.',
      doFirst: `Read the message: "${readMessage('FailedInvocations')}". Then the log of the function it names (output Log…).`,
      metric: failures.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      kind: 'state',
    },
  ];
}

/** Of the two functions that are to run once in every period. */
export function silenceAlarms({ stage, everyMinutes }: StageSettings): readonly AlarmSpec[] {
  const { readLog } = pasteableCommands(stage);
  // Not the invocations: a job that comes back would pass for a firing of the schedule.
  const firings = (name: MetricName) =>
    serviceMetric(stage, name, {}, { statistic: 'SampleCount', minutes: everyMinutes });
  return [
    {
      id: 'planner-silent',
      title: 'no slot is planned',
      impact: 'No slot was planned for a whole period: no balance of any watched account is being measured.',
      doFirst: `Run "aws scheduler list-schedules": is it enabled? Then "${readLog('plan-snapshots')}".`,
      metric: firings('SlotsBegun'),
      alarmsWhen: 'below',
      kind: 'silence',
    },
    {
      id: 'reconciler-silent',
      title: 'no slot is closed',
      impact:
        'No slot was closed for a whole period: coverage is not written, and events that wait are not sent again.',
      doFirst: `Run "aws scheduler list-schedules": is it enabled? Then "${readLog('reconcile-snapshots')}".`,
      metric: firings('RunsUnfinished'),
      alarmsWhen: 'below',
      kind: 'silence',
    },
  ];
}
