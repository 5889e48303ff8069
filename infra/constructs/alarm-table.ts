import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AlarmId } from '../stage/alarm-ids.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { serviceMetric } from './metrics.ts';
import type { Snapshots } from './snapshots.ts';

/** An alarm and what the person it wakes needs to know; the runbook is under its id. */
export interface AlarmSpec {
  /** Alarms of several partners or functions share one. */
  readonly id: AlarmId;
  /** The partner or function, where there are several. */
  readonly subject?: string;
  readonly impact: string;
  readonly doFirst: string;
  readonly metric: IMetric;
  /** @default 1 */
  readonly threshold?: number;
  /** On which side of the threshold; `below-or-silent` takes missing data for the worst. @default at-or-above */
  readonly alarmsWhen?: 'at-or-above' | 'below' | 'below-or-silent';
  /** Periods in a row. @default 1 */
  readonly periods?: number;
}

/** Of one partner's way to EnKash. */
export function partnerAlarms(stage: string, partner: string): readonly AlarmSpec[] {
  const failures = (outcome: string) => serviceMetric(stage, 'EnkashFailures', { partner, outcome });
  const requests = (outcome: string) => serviceMetric(stage, 'Requests', { partner, outcome });
  return [
    {
      id: 'login-refused',
      subject: partner,
      impact: `EnKash refused our login for ${partner}. After three in a row it locks the account; ours stops after two.`,
      doFirst: 'Change nothing yet. Run "npm run gate -- status", then compare the secret with what EnKash issued.',
      metric: serviceMetric(stage, 'LoginOutcomes', { partner, outcome: 'refused' }),
    },
    {
      id: 'gate-closed',
      subject: partner,
      impact: `No login for ${partner} is sent any more: live reads answer 503 when the token in use ends (5 minutes at most).`,
      doFirst: 'Run "npm run gate -- status". Ask EnKash whether the account is locked before "allow-one".',
      metric: serviceMetric(stage, 'GateClosed', { partner }),
    },
    {
      id: 'fresh-token-refused',
      subject: partner,
      impact: `EnKash refuses a token that it has just issued to ${partner}: rights or allow-list, not the password.`,
      doFirst:
        'Do not rotate the secret. Ask EnKash about the API rights and the allow-listed addresses of the partner.',
      metric: serviceMetric(stage, 'FreshTokenRefused', { partner }),
    },
    {
      id: 'egress-refused',
      subject: partner,
      impact: `EnKash answers ${partner} with an HTML 403: our addresses are not on its allow-list, so nothing can be read.`,
      doFirst: 'Compare the EgressAddress outputs of the stack with the list that EnKash holds.',
      metric: failures('egress-refused'),
    },
    {
      id: 'upstream-mismatch',
      subject: partner,
      impact: 'EnKash answered with another account than the one asked for. The answer was dropped; nobody saw it.',
      doFirst:
        'Send EnKash the request ids of the audit lines with outcome UPSTREAM_MISMATCH. One is a security incident.',
      metric: requests('UPSTREAM_MISMATCH'),
    },
    {
      id: 'upstream-unreadable',
      subject: partner,
      impact: `Replies for ${partner} cannot be read: the contract or the encryption has changed at EnKash.`,
      doFirst: 'Look at "step" and "paths" of the audit lines with outcome UPSTREAM_UNREADABLE.',
      metric: requests('UPSTREAM_UNREADABLE'),
      threshold: 5,
    },
    {
      id: 'upstream-down',
      subject: partner,
      impact: `EnKash does not answer reads of ${partner}; callers get 503 or 504, or an older balance if they accept one.`,
      doFirst: 'Look at EnKash failures by kind on the dashboard, then ask EnKash. Nothing here needs a restart.',
      metric: new MathExpression({
        expression: 'unavailable + slow',
        usingMetrics: { unavailable: requests('UPSTREAM_UNAVAILABLE'), slow: requests('UPSTREAM_TIMEOUT') },
        period: Duration.minutes(5),
      }),
      threshold: 10,
      periods: 2,
    },
    {
      id: 'credentials-unavailable',
      subject: partner,
      impact: `The secret of ${partner} is missing, unfilled or unreachable; live reads answer 503.`,
      doFirst: 'Run "npm run doctor": it says which of the three, and what to do.',
      metric: requests('CREDENTIALS_UNAVAILABLE'),
    },
  ];
}

/** Of what callers get. */
export function apiAlarms(api: RestApi): readonly AlarmSpec[] {
  const period = Duration.minutes(5);
  return [
    {
      id: 'api-5xx',
      impact: 'More than one request in twenty fails on our side or at EnKash.',
      doFirst: 'Requests by outcome on the dashboard says which code; that code has an alarm and a runbook of its own.',
      metric: api.metricServerError({ period, statistic: 'Average' }),
      threshold: 0.05,
      periods: 3,
    },
    {
      id: 'api-slow',
      impact: 'One request in twenty takes more than five seconds; callers may give up.',
      doFirst: 'Compare with EnKash latency on the dashboard. If that is well, look at throttles of the functions.',
      metric: api.metricLatency({ period, statistic: 'p95' }),
      threshold: 5_000,
      periods: 3,
    },
  ];
}

/** Of balances over time, but for a planner that is silent. */
export function snapshotAlarms(
  stage: string,
  { queue, failures }: Pick<Snapshots, 'queue' | 'failures'>,
  { everyMinutes, snapshots }: Pick<StageSettings, 'everyMinutes' | 'snapshots'>,
): readonly AlarmSpec[] {
  const period = Duration.minutes(5);
  return [
    {
      id: 'coverage-low',
      impact:
        'Less than 99 % of the watched accounts were measured in a slot. What was missed can never be asked for again.',
      doFirst: 'Slots on the dashboard: failed points at EnKash or the gate, missed at the planner or the queue.',
      metric: serviceMetric(stage, 'Coverage', {}, { statistic: 'Minimum', minutes: everyMinutes }),
      threshold: 99,
      alarmsWhen: 'below',
    },
    {
      id: 'snapshots-late',
      impact: 'Messages wait nearly as long as a slot may be measured; after that their slots are missed.',
      doFirst: 'Raise snapshots.maxConcurrency, or perSecond if EnKash allows more; both are in cdk.json.',
      metric: queue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      threshold: Math.round(snapshots.lateSeconds * 0.8),
    },
    {
      id: 'dead-letter',
      impact: 'A snapshot message failed five times: one account has a hole in its history.',
      doFirst:
        'Read the message (it holds ids only). Do not redrive it: its slot is over, and nothing would be measured.',
      metric: queue.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
    },
    {
      id: 'invocation-failed',
      impact: 'A planned slot, a reconciliation or a balance event was given up after all retries.',
      doFirst: 'Read the message in FailedInvocations, then the log of the function it names.',
      metric: failures.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
    },
  ];
}

/** @param planner is to run once in every period */
export function silenceAlarms(planner: IFunction, everyMinutes: number): readonly AlarmSpec[] {
  return [
    {
      id: 'planner-silent',
      impact: 'No slot was planned for two periods: no balance of any watched account is being measured.',
      doFirst: 'Is the schedule enabled in EventBridge Scheduler? Then the log of plan-snapshots.',
      metric: planner.metricInvocations({ period: Duration.minutes(everyMinutes), statistic: 'Sum' }),
      alarmsWhen: 'below-or-silent',
      periods: 2,
    },
  ];
}

/** Of one function. */
export function functionAlarms(name: string, lambda: IFunction): readonly AlarmSpec[] {
  const period = Duration.minutes(5);
  return [
    {
      id: 'function-error',
      subject: name,
      impact: `${name} crashed, ran out of time or of memory. Every failure we know of is answered, so this one is new.`,
      doFirst: 'Look for "unexpected" in its log group; roll the last deployment back if it began with it.',
      metric: lambda.metricErrors({ period }),
    },
    {
      id: 'function-throttled',
      subject: name,
      impact: `${name} has no execution left: callers get 5xx, and the snapshot of a slot may be missed.`,
      doFirst: 'Raise reservedConcurrency in cdk.json, or find the caller that floods (access log, clientId).',
      metric: lambda.metricThrottles({ period }),
    },
  ];
}
