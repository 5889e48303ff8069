import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { searchMetric } from './metrics.ts';

export interface DashboardProps {
  readonly stage: string;
  readonly api: RestApi;
  /** Of the functions that write audit lines. */
  readonly auditLogs: readonly ILogGroup[];
  /** Queue age and dead letters. */
  readonly queues: readonly IMetric[];
}

/** A heading, one sentence that says how to read the row, and its graphs. */
interface Chapter {
  readonly heading: string;
  readonly reading: string;
  readonly graphs: readonly (readonly [title: string, metrics: readonly IMetric[]])[];
}

/** The dashboard reads from top to bottom as the service's story; the saved query answers the auditor's question. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', { defaultInterval: Duration.hours(24) });
    for (const { heading, reading, graphs } of chapters(props)) {
      dashboard.addWidgets(new TextWidget({ markdown: `## ${heading}\n${reading}`, width: 24, height: 2 }));
      const width = Math.floor(24 / graphs.length);
      dashboard.addWidgets(...graphs.map(([title, left]) => new GraphWidget({ title, left: [...left], width })));
    }
    new CfnQueryDefinition(this, 'WhoReadThisAccount', {
      name: `card-accounts-${props.stage}/Who read this account?`,
      logGroupNames: props.auditLogs.map(({ logGroupName }) => logGroupName),
      queryString: whoReadThisAccount,
    });
  }
}

const whoReadThisAccount = `# Put the account's two ids in, and choose the time range.
fields @timestamp, caller, route, view, source, outcome, status, requestId
| filter event = "request"
| filter companyId = "CEK0000000" and cardAccountId = "CA0000000"
| sort @timestamp desc
| limit 10000`;

function chapters({ stage, api, queues }: DashboardProps): readonly Chapter[] {
  const snapshots: Chapter['graphs'] = [
    [
      'Slots',
      (['SlotsExpected', 'SlotsMeasured', 'SlotsFailed', 'SlotsMissed'] as const).map((name) =>
        searchMetric(stage, name, []),
      ),
    ],
    ['Coverage, %', [searchMetric(stage, 'Coverage', [])]],
  ];
  return [
    {
      heading: 'What callers get',
      reading: 'Requests by outcome, and how long they took. Anything but OK has its code as its name.',
      graphs: [
        ['Requests by partner and outcome', [searchMetric(stage, 'Requests', ['partner', 'outcome'])]],
        [
          'Answer time, p95, ms',
          [searchMetric(stage, 'RequestMs', ['partner']), api.metricLatency({ statistic: 'p95' })],
        ],
      ],
    },
    {
      heading: 'How EnKash is',
      reading: 'Failures by kind. Residues are money with a third digit under a millionth: counted, harmless.',
      graphs: [
        ['EnKash answer time, p95, ms', [searchMetric(stage, 'EnkashMs', ['partner'])]],
        ['EnKash failures by kind', [searchMetric(stage, 'EnkashFailures', ['partner', 'outcome'])]],
        ['Money residues dropped', [searchMetric(stage, 'MoneyResidues', [])]],
      ],
    },
    {
      heading: 'The login gate',
      reading:
        'At most one login in 10 s for each partner. One refused needs a person; a closed gate sends nothing more.',
      graphs: [
        ['Logins by outcome', [searchMetric(stage, 'LoginOutcomes', ['partner', 'outcome'])]],
        [
          'Gate closed, fresh token refused',
          [searchMetric(stage, 'GateClosed', ['partner']), searchMetric(stage, 'FreshTokenRefused', ['partner'])],
        ],
      ],
    },
    {
      heading: 'Balances over time',
      reading:
        'Measured + failed + missed = expected, once a slot is reconciled. A dead letter is a slot nobody measured.',
      graphs: [...snapshots, ['Queue age and dead letters', queues]],
    },
    {
      heading: 'What it costs',
      reading: 'The drivers, in the order of the bill: table writes, function time, log bytes, NAT bytes.',
      graphs: [
        ['DynamoDB write units', [awsSearch('AWS/DynamoDB,TableName', 'ConsumedWriteCapacityUnits')]],
        ['Lambda milliseconds', [awsSearch('AWS/Lambda,FunctionName', 'Duration')]],
        ['Log bytes', [awsSearch('AWS/Logs,LogGroupName', 'IncomingBytes')]],
        ['NAT bytes out', [awsSearch('AWS/NATGateway,NatGatewayId', 'BytesOutToDestination')]],
      ],
    },
  ];
}

/** Of the whole account: names of resources are CloudFormation's, so a search by stage is not to be had. */
function awsSearch(schema: string, metricName: string): IMetric {
  return new MathExpression({
    expression: `SEARCH('{${schema}} MetricName="${metricName}"', 'Sum', 3600)`,
    label: '',
    period: Duration.hours(1),
  });
}
