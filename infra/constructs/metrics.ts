import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type Dimensions, type MetricName, metricNamespace } from '../../lib/metrics.ts';

/** A metric that the functions write as EMF, by the very names of lib/metrics.ts. */
export function serviceMetric(
  stage: string,
  metricName: MetricName,
  dimensions: Dimensions = {},
  options: { readonly statistic?: string; readonly minutes?: number } = {},
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { stage, ...dimensions },
    statistic: options.statistic ?? 'Sum',
    period: Duration.minutes(options.minutes ?? 5),
  });
}

/** One line for each value of the dimensions; only a dashboard may search, an alarm may not. */
export function searchMetric(
  stage: string,
  metricName: MetricName,
  dimensions: readonly (keyof Dimensions)[],
): MathExpression {
  const schema = [metricNamespace, 'stage', ...dimensions].join(',');
  const statistic = statistics[metricName] ?? 'Sum';
  return new MathExpression({
    expression: `SEARCH('{${schema}} MetricName="${metricName}" stage="${stage}"', '${statistic}', 300)`,
    label: '',
    period: Duration.minutes(5),
  });
}

const statistics: Partial<Record<MetricName, string>> = {
  RequestMs: 'p95',
  EnkashMs: 'p95',
  Coverage: 'Minimum',
  GateShut: 'Maximum',
  GateFailures: 'Maximum',
};
