import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { functionsInAlarm } from '../stage/alarm-ids.ts';
import { limits } from '../stage/limits.ts';
import { pasteableCommands } from '../stage/pasteable.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { ServiceFunctions } from './service-functions.ts';

const period = Duration.minutes(5);

/** Of what callers get. */
export function apiAlarms(stage: string, api: RestApi): readonly AlarmSpec[] {
  return [
    {
      id: 'api-5xx',
      title: 'one request in twenty fails',
      impact: 'More than one request in twenty fails on our side or at EnKash.',
      doFirst: `Requests by outcome on the dashboard says which code. Most codes have an alarm of their own; INTERNAL and STORAGE_UNAVAILABLE have none. ${rollBack(stage)}`,
      query:
        'filter outcome in ["INTERNAL", "STORAGE_UNAVAILABLE"] or event = "unexpected" | stats count() by outcome, errorName, errorAt',
      metric: api.metricServerError({ period, statistic: 'Average' }),
      threshold: 0.05,
      periods: 3,
      kind: 'state',
    },
    {
      id: 'api-slow',
      title: 'one request in twenty is slow',
      impact: 'One request in twenty takes more than five seconds; callers may give up.',
      doFirst:
        'Compare with EnKash answer time on the dashboard. If that is well, look at throttles of functions there.',
      metric: api.metricLatency({ period, statistic: 'p95' }),
      threshold: limits.answerMs,
      periods: 3,
      kind: 'state',
    },
  ];
}

/** Of all functions together, by tens: the template grows slowly, and the query says which one it is. */
export function functionAlarms(stage: string, functions: ServiceFunctions): readonly AlarmSpec[] {
  const all = functions.all.map(([, { lambda }]) => lambda);
  const groups = Array.from({ length: Math.ceil(all.length / functionsInAlarm) }, (_, index) =>
    all.slice(index * functionsInAlarm, (index + 1) * functionsInAlarm),
  );
  return groups.flatMap((group, index): readonly AlarmSpec[] => [
    {
      id: 'function-error',
      subject: `${index + 1}`,
      title: `a function crashed (group ${index + 1})`,
      impact:
        'A function crashed, ran out of time or of memory. Every failure we know of is answered, so this one is new.',
      doFirst: `The query says which one, and where. ${rollBack(stage)}`,
      query:
        'filter level = "error" or @message like /Task timed out|Runtime exited|OutOfMemory/ | stats count() by @log, errorName, errorAt',
      metric: sumOf(group.map((lambda) => lambda.metricErrors({ period }))),
      kind: 'state',
    },
    {
      id: 'function-throttled',
      subject: `${index + 1}`,
      title: `a function has no execution left (group ${index + 1})`,
      impact: 'A function has no execution left: callers get 5xx, and the snapshot of a slot may be missed.',
      doFirst: `Throttles on the dashboard say which one. Raise its reservedConcurrency in cdk.json, then "${pasteableCommands(stage).deploy}"; or find the caller that floods (access log, clientId).`,
      metric: sumOf(group.map((lambda) => lambda.metricThrottles({ period }))),
      kind: 'state',
    },
  ]);
}

/** Of the two tables, which are on demand. @param tables the names */
export function tableAlarms(tables: readonly string[]): readonly AlarmSpec[] {
  const throttled = tables.flatMap((TableName) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
      (metricName) =>
        new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap: { TableName }, statistic: 'Sum', period }),
    ),
  );
  return [
    {
      id: 'table-throttled',
      title: 'DynamoDB refuses requests',
      impact: 'DynamoDB refuses requests of a table: reads, logins and snapshots fail or are late.',
      doFirst: 'DynamoDB write units on the dashboard: a step up heals within half an hour by itself.',
      metric: sumOf(throttled),
      periods: 2,
      kind: 'state',
    },
  ];
}

/** Of the way out. @param gateways ids of the NAT gateways; none where egress is open */
export function networkAlarms(stage: string, gateways: readonly string[]): readonly AlarmSpec[] {
  if (gateways.length === 0) return [];
  const errors = gateways.map(
    (NatGatewayId) =>
      new Metric({
        namespace: 'AWS/NATGateway',
        metricName: 'ErrorPortAllocation',
        dimensionsMap: { NatGatewayId },
        statistic: 'Sum',
        period,
      }),
  );
  return [
    {
      id: 'nat-ports',
      title: 'no port left for connections out',
      impact: 'A NAT gateway has no port left: calls to EnKash fail with "connect".',
      doFirst: `Lower snapshots.maxConcurrency in cdk.json, then "${pasteableCommands(stage).deploy}".`,
      metric: sumOf(errors),
      kind: 'state',
    },
  ];
}

function rollBack(stage: string): string {
  return `If it began with a deployment, roll back: "${pasteableCommands(stage).rollBack}" (COMMIT: the last good one; its callers and grants come back with it).`;
}

/** A metric that has no data counts as 0. */
function sumOf(metrics: readonly IMetric[]): MathExpression {
  return new MathExpression({
    expression: 'SUM(FILL(METRICS(), 0))',
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    period,
  });
}
