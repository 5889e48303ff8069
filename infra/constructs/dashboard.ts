import { Aws, Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { limits, queueAgeLimit } from '../stage/limits.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { searchMetric } from './metrics.ts';
import { type SavedQueriesProps, saveQueries } from './saved-queries.ts';

export interface DashboardProps extends Omit<SavedQueriesProps, 'stage'> {
  readonly settings: StageSettings;
  readonly api: RestApi;
  readonly alarms: readonly Alarm[];
  readonly queueAge: IMetric;
  readonly deadLetters: readonly IMetric[];
}

/** A heading, one sentence that says how to read the row, and its graphs. */
interface Chapter {
  readonly heading: string;
  readonly reading: string;
  readonly graphs: readonly Graph[];
}

interface Graph {
  readonly title: string;
  readonly metrics: readonly IMetric[];
  /** Where an alarm begins: it is drawn. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** The dashboard reads from top to bottom as the service's story: alarms first, what it costs last. */
export class Dashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { stage } = props.settings;
    const dashboardName = `card-accounts-${stage}`;
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: Duration.hours(24),
    });
    this.url = `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards:name=${dashboardName}`;
    dashboard.addWidgets(new TextWidget({ markdown: links(props.settings), width: 24, height: 2 }));
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 4 }));
    for (const { heading, reading, graphs } of chapters(props)) {
      dashboard.addWidgets(new TextWidget({ markdown: `## ${heading}\n${reading}`, width: 24, height: 2 }));
      dashboard.addWidgets(...graphs.map((graph) => widgetOf(graph, Math.floor(24 / graphs.length))));
    }
    saveQueries(this, { stage, ...props });
  }
}

function widgetOf({ title, metrics, limit }: Graph, width: number): GraphWidget {
  return new GraphWidget({ title, left: [...metrics], width, ...(limit ? { leftAnnotations: [limit] } : {}) });
}

function links({ stage, region, runbookUrl }: StageSettings): string {
  const console = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  const runbooks = runbookUrl === undefined ? 'infra/commands/RUNBOOKS.md' : `[runbooks](${runbookUrl})`;
  return `# Card accounts, ${stage}\n${runbooks} | [saved queries](${console}#logsV2:logs-insights) | [alarms](${console}#alarmsV2:) | first of all: \`npm run doctor -- --stage ${stage}\``;
}

function chapters(props: DashboardProps): readonly Chapter[] {
  return [...requestChapters(props), ...snapshotChapters(props), costs];
}

function requestChapters({ settings: { stage }, api }: DashboardProps): readonly Chapter[] {
  return [
    {
      heading: 'What callers get',
      reading: 'Requests by outcome, and how long they took. Anything but OK has its code as its name.',
      graphs: [
        {
          title: 'Requests by partner and outcome',
          metrics: [searchMetric(stage, 'Requests', ['partner', 'outcome'])],
        },
        {
          title: 'Answer time, p95, ms',
          metrics: [searchMetric(stage, 'RequestMs', ['partner']), api.metricLatency({ statistic: 'p95' })],
          limit: { value: limits.answerMs, label: 'api-slow' },
        },
        { title: 'Throttles of functions', metrics: [awsSearch('AWS/Lambda,FunctionName', 'Throttles')] },
      ],
    },
    {
      heading: 'How EnKash is',
      reading: 'Failures by kind. Residues are money with a third digit under a millionth: counted, harmless.',
      graphs: [
        { title: 'EnKash answer time, p95, ms', metrics: [searchMetric(stage, 'EnkashMs', ['partner'])] },
        {
          title: 'EnKash failures by kind',
          metrics: [searchMetric(stage, 'EnkashFailures', ['partner', 'outcome'])],
        },
        { title: 'Money residues dropped', metrics: [searchMetric(stage, 'MoneyResidues', [])] },
      ],
    },
    {
      heading: 'The login gate',
      reading:
        'At most one login in 10 s for each EnKash user. One refused needs a person; a closed gate sends nothing more.',
      graphs: [
        { title: 'Logins by outcome', metrics: [searchMetric(stage, 'LoginOutcomes', ['partner', 'outcome'])] },
        {
          title: 'Gate closed (1), possible failures that stand',
          metrics: [searchMetric(stage, 'GateShut', ['partner']), searchMetric(stage, 'GateFailures', ['partner'])],
        },
        {
          title: 'Turned away, fresh token refused',
          metrics: [
            searchMetric(stage, 'GateClosed', ['partner']),
            searchMetric(stage, 'FreshTokenRefused', ['partner']),
          ],
        },
      ],
    },
  ];
}

function snapshotChapters({ settings, queueAge, deadLetters }: DashboardProps): readonly Chapter[] {
  const { stage } = settings;
  const slots = ['SlotsExpected', 'SlotsMeasured', 'SlotsFailed', 'SlotsMissed'] as const;
  return [
    {
      heading: 'Balances over time',
      reading:
        'Measured + failed + missed = expected, once a slot is reconciled. A dead letter is a slot nobody measured.',
      graphs: [
        { title: 'Slots', metrics: slots.map((name) => searchMetric(stage, name, [])) },
        {
          title: 'Coverage, %',
          metrics: [searchMetric(stage, 'Coverage', [])],
          limit: { value: limits.coveragePercent, label: 'coverage-low' },
        },
        {
          title: 'Age of the oldest message, s',
          metrics: [queueAge],
          limit: { value: queueAgeLimit(settings), label: 'snapshots-late' },
        },
        { title: 'Dead letters, failed invocations', metrics: deadLetters },
      ],
    },
  ];
}

const costs: Chapter = {
  heading: 'What it costs',
  reading:
    'The drivers, in the order of the bill: table writes, function time, log bytes, NAT bytes. All of the account.',
  graphs: [
    { title: 'DynamoDB write units', metrics: [awsSearch('AWS/DynamoDB,TableName', 'ConsumedWriteCapacityUnits')] },
    { title: 'Lambda milliseconds', metrics: [awsSearch('AWS/Lambda,FunctionName', 'Duration')] },
    { title: 'Log bytes', metrics: [awsSearch('AWS/Logs,LogGroupName', 'IncomingBytes')] },
    { title: 'NAT bytes out', metrics: [awsSearch('AWS/NATGateway,NatGatewayId', 'BytesOutToDestination')] },
  ],
};

/** Of the whole account: names of resources are CloudFormation's, so a search by stage is not to be had. */
function awsSearch(schema: string, metricName: string): IMetric {
  return new MathExpression({
    expression: `SEARCH('{${schema}} MetricName="${metricName}"', 'Sum', 3600)`,
    label: '',
    period: Duration.hours(1),
  });
}
