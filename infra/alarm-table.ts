import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { serviceMetric } from './metrics.ts';

/** An alarm and what the person it wakes needs to know; the runbook in README.md is under its id. */
export interface AlarmSpec {
  /** Of the runbook; alarms of several partners or functions share it. */
  readonly id: string;
  /** A partner or function, where there are several. */
  readonly of?: string;
  readonly impact: string;
  readonly doFirst: string;
  readonly metric: IMetric;
  /** Alarms at this value and above. @default 1 */
  readonly threshold?: number;
  /** Periods in a row. @default 1 */
  readonly periods?: number;
}

export function partnerAlarms(stage: string, partner: string): readonly AlarmSpec[] {
  const failures = (outcome: string) => serviceMetric(stage, 'EnkashFailures', { partner, outcome });
  const requests = (outcome: string) => serviceMetric(stage, 'Requests', { partner, outcome });
  return [
    {
      id: 'login-refused',
      of: partner,
      impact: `EnKash refused our login for ${partner}. After three in a row it locks the account; ours stops after two.`,
      doFirst: 'Change nothing yet. Run "npm run gate -- status", then compare the secret with what EnKash issued.',
      metric: serviceMetric(stage, 'LoginOutcomes', { partner, outcome: 'refused' }),
    },
    {
      id: 'gate-closed',
      of: partner,
      impact: `No login for ${partner} is sent any more: live reads answer 503 when the token in use ends (5 minutes at most).`,
      doFirst: 'Run "npm run gate -- status". Ask EnKash whether the account is locked before "allow-one".',
      metric: serviceMetric(stage, 'GateClosed', { partner }),
    },
    {
      id: 'fresh-token-refused',
      of: partner,
      impact: `EnKash refuses a token that it has just issued to ${partner}: rights or allow-list, not the password.`,
      doFirst:
        'Do not rotate the secret. Ask EnKash about the API rights and the allow-listed addresses of the partner.',
      metric: serviceMetric(stage, 'FreshTokenRefused', { partner }),
    },
    {
      id: 'egress-refused',
      of: partner,
      impact: `EnKash answers ${partner} with an HTML 403: our addresses are not on its allow-list, so nothing can be read.`,
      doFirst: 'Compare the EgressAddress outputs of the stack with the list that EnKash holds.',
      metric: failures('egress-refused'),
    },
    {
      id: 'upstream-mismatch',
      of: partner,
      impact: 'EnKash answered with another account than the one asked for. The answer was dropped; nobody saw it.',
      doFirst:
        'Send EnKash the request ids of the audit lines with outcome UPSTREAM_MISMATCH. One is a security incident.',
      metric: requests('UPSTREAM_MISMATCH'),
    },
    {
      id: 'upstream-unreadable',
      of: partner,
      impact: `Replies for ${partner} cannot be read: the contract or the encryption has changed at EnKash.`,
      doFirst: 'Look at "step" and "paths" of the audit lines with outcome UPSTREAM_UNREADABLE.',
      metric: requests('UPSTREAM_UNREADABLE'),
      threshold: 5,
    },
    {
      id: 'upstream-down',
      of: partner,
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
      of: partner,
      impact: `The secret of ${partner} is missing, unfilled or unreachable; live reads answer 503.`,
      doFirst: 'Run "npm run doctor": it says which of the three, and what to do.',
      metric: requests('CREDENTIALS_UNAVAILABLE'),
    },
  ];
}

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

export function functionAlarms(name: string, lambda: IFunction): readonly AlarmSpec[] {
  const period = Duration.minutes(5);
  return [
    {
      id: 'function-error',
      of: name,
      impact: `${name} crashed, ran out of time or of memory. Every failure we know of is answered, so this one is new.`,
      doFirst: 'Look for "unexpected" in its log group; roll the last deployment back if it began with it.',
      metric: lambda.metricErrors({ period }),
    },
    {
      id: 'function-throttled',
      of: name,
      impact: `${name} has no execution left: callers get 5xx, and the snapshot of a slot may be missed.`,
      doFirst: 'Raise reservedConcurrency in cdk.json, or find the caller that floods (access log, clientId).',
      metric: lambda.metricThrottles({ period }),
    },
  ];
}
