/** The metrics of the service; dimensions stay few because CloudWatch bills each combination. */
export type MetricName =
  | 'Requests'
  | 'RequestMs'
  | 'EnkashMs'
  | 'EnkashFailures'
  | 'ReadFailures'
  | 'MoneyResidues'
  | 'FieldsDropped'
  | 'LoginOutcomes'
  /** Callers turned away. */
  | 'GateClosed'
  /** 1 where a gate that was opened sends nothing by itself, else 0; every five minutes. */
  | 'GateShut'
  /** Possible failures that stand; every five minutes. */
  | 'GateFailures'
  | 'GateUnreachable'
  | 'FreshTokenRefused'
  | 'SlotsBegun'
  | 'SlotsExpected'
  | 'SlotsMeasured'
  | 'SlotsFailed'
  | 'SlotsMissed'
  | 'Coverage'
  | 'RunsUnfinished'
  | 'AccountsUnmeasured'
  | 'EventsPublished'
  | 'Webhooks'
  | 'WebhookFailures'
  | 'MailsSent';

type Unit = 'Count' | 'Milliseconds' | 'Percent';
export type Dimensions = {
  readonly partner?: string;
  readonly caller?: string;
  readonly outcome?: string;
  readonly field?: string;
};

export type Metric = (name: MetricName, value: number, dimensions?: Dimensions, unit?: Unit) => void;

export const metricNamespace = 'EnkashCardAccounts';

/** Metrics as CloudWatch's embedded metric format: one log line each, no call, no library. */
export function createMetric(write: (line: string) => void, stage: string, now: () => number): Metric {
  return (name, value, dimensions = {}, unit = 'Count') => {
    const named = { stage, ...dimensions };
    const directive = {
      Namespace: metricNamespace,
      Dimensions: [Object.keys(named)],
      Metrics: [{ Name: name, Unit: unit }],
    };
    write(JSON.stringify({ _aws: { Timestamp: now(), CloudWatchMetrics: [directive] }, ...named, [name]: value }));
  };
}
