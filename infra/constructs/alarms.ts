import { Aws } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-table.ts';
import { DataKey, ofThisAccount } from './data-key.ts';

export interface AlarmsProps {
  readonly alarms: readonly AlarmSpec[];
  readonly emails: readonly string[];
  /** Where mail goes that no mailbox took. */
  readonly failures: Queue;
}

/** Alarms of the table, to one encrypted topic; each description says the impact and what to do first. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { alarms, emails, failures }: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic();
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: failures }));
    for (const alarm of alarms) this.#add(alarm);
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

  #add({
    id,
    subject,
    impact,
    doFirst,
    metric,
    threshold = 1,
    periods = 1,
    alarmsWhen = 'at-or-above',
  }: AlarmSpec): void {
    const alarm = new Alarm(this, subject === undefined ? id : `${id}-${subject}`, {
      alarmDescription: `Impact: ${impact} Do first: ${doFirst} Runbook: infra/commands/RUNBOOKS.md#${id}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: comparisons[alarmsWhen],
      treatMissingData: alarmsWhen === 'below-or-silent' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

const comparisons: Readonly<Record<NonNullable<AlarmSpec['alarmsWhen']>, ComparisonOperator>> = {
  'at-or-above': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
  'below-or-silent': ComparisonOperator.LESS_THAN_THRESHOLD,
};
