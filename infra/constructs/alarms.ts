import { Aws } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { runbookSteps } from '../stage/runbooks.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { DataKey, ofThisAccount } from './data-key.ts';

export interface AlarmsProps {
  readonly settings: StageSettings;
  readonly specs: readonly AlarmSpec[];
  /** Where mail goes that no mailbox took. */
  readonly failures: Queue;
}

/** CloudWatch's limit for a description. */
const longestDescription = 1024;

/** Alarms of the tables, to one encrypted topic; each mail says the impact, what to do first, and the runbook. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: readonly Alarm[];
  readonly #settings: StageSettings;

  constructor(scope: Construct, id: string, { settings, specs, failures }: AlarmsProps) {
    super(scope, id);
    this.#settings = settings;
    this.topic = this.#topic();
    for (const email of settings.alarmEmails)
      this.topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: failures }));
    this.all = specs.map((spec) => this.#alarm(spec));
  }

  #topic(): Topic {
    const conditions = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    const { key } = new DataKey(this, 'Key', {
      description: 'Alarm messages',
      services: [ofThisAccount('cloudwatch.amazonaws.com')],
    });
    const topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    // A topic with a policy has lost SNS's default one, which let the account's alarms in.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions,
      }),
    );
    return topic;
  }

  #alarm(spec: AlarmSpec): Alarm {
    const { id, subject, title, metric, threshold = 1, periods = 1, alarmsWhen = 'at-or-above', kind } = spec;
    const { any = kind === 'event' } = spec;
    const alarm = new Alarm(this, subject === undefined ? id : `${id}-${subject}`, {
      alarmName: `card-accounts ${this.#settings.stage}: ${title}`,
      alarmDescription: describeAlarm(spec, this.#settings),
      metric,
      threshold,
      evaluationPeriods: periods,
      ...(any ? { datapointsToAlarm: 1 } : {}),
      comparisonOperator: comparisons[alarmsWhen],
      treatMissingData: missing[kind],
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    if (kind !== 'event') alarm.addOkAction(action);
    if (kind === 'silence') alarm.addInsufficientDataAction(action);
    return alarm;
  }
}

/** The text of the mail; without a URL it has the runbook's own steps, as many as CloudWatch lets in. */
export function describeAlarm(
  {
    id,
    subject,
    impact,
    doFirst,
    query,
    kind,
  }: Pick<AlarmSpec, 'id' | 'subject' | 'impact' | 'doFirst' | 'query' | 'kind'>,
  { stage, runbookUrl }: Pick<StageSettings, 'stage' | 'runbookUrl'>,
): string {
  const told = kind === 'silence' ? ' (INSUFFICIENT_DATA is this alarm; OK ends it.)' : '';
  const logs = query === undefined ? '' : ` Logs Insights: ${query}.`;
  const start = `Impact: ${impact}${told} Do first: ${doFirst}${logs}`;
  if (runbookUrl !== undefined) return `${start} Runbook: ${runbookUrl}#${id}`;
  const text = `${start} Runbook ${id}: ${runbookSteps(id, { stage, name: subject })}`;
  const more = '… (infra/commands/RUNBOOKS.md)';
  if (text.length <= longestDescription) return text;
  // Half a step could hold half a command.
  const whole = text.slice(0, longestDescription - more.length).replace(/ \d\. (?!.* \d\. ).*$/, '');
  return whole + more;
}

const missing: Readonly<Record<AlarmSpec['kind'], TreatMissingData>> = {
  state: TreatMissingData.NOT_BREACHING,
  reading: TreatMissingData.IGNORE,
  event: TreatMissingData.NOT_BREACHING,
  silence: TreatMissingData.MISSING,
};

const comparisons: Readonly<Record<NonNullable<AlarmSpec['alarmsWhen']>, ComparisonOperator>> = {
  'at-or-above': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
};
