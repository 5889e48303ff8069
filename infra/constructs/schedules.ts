import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { planCron, reconcileCron } from '../../lib/slots.ts';
import { allow, useKey } from '../stage/rights.ts';
import type { StageSettings } from '../stage/stage-schema.ts';

export interface SchedulesProps {
  readonly settings: StageSettings;
  readonly planner: LambdaFunction;
  readonly reconciler: LambdaFunction;
  /** Where invocations go that failed for good. */
  readonly failures: Queue;
  readonly messageKey: IKey;
}

/** EventBridge Scheduler, without a flexible window: the scheduled time is the slot, the same for every attempt. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { settings, planner, reconciler, failures, messageKey }: SchedulesProps) {
    super(scope, id);
    const { everyMinutes, snapshots } = settings;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Access: new PolicyDocument({
          statements: [
            allow(['lambda:InvokeFunction'], [planner.functionArn, reconciler.functionArn]),
            allow(['sqs:SendMessage'], [failures.queueArn]),
            useKey(['kms:Decrypt', 'kms:GenerateDataKey'], messageKey, 'sqs'),
          ],
        }),
      },
    });
    // Under the period, and a plan is of no use after the window has closed; AWS takes no age under a minute.
    const planAge = Math.max(60, Math.min(everyMinutes * 60, snapshots.lateSeconds) - 30);
    const reconcileAge = everyMinutes * 60 - 30;
    const fire = (name: string, target: LambdaFunction, expression: string, age: number): void => {
      new CfnSchedule(this, name, {
        scheduleExpression: expression,
        scheduleExpressionTimezone: 'Asia/Kolkata',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: target.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({ slot: '<aws.scheduler.scheduled-time>' }),
          retryPolicy: { maximumEventAgeInSeconds: age, maximumRetryAttempts: 5 },
          deadLetterConfig: { arn: failures.queueArn },
        },
      });
      target.configureAsyncInvoke({
        maxEventAge: Duration.seconds(age),
        retryAttempts: 2,
        onFailure: new SqsDestination(failures),
      });
    };
    fire('Plan', planner, planCron(everyMinutes), planAge);
    fire('Reconcile', reconciler, reconcileCron(everyMinutes, snapshots.lateSeconds), reconcileAge);
  }
}

/** Invocations of the scheduled functions that failed for good; each is a slot to look at. */
export function failedInvocations(scope: Construct, key: IKey): Queue {
  return new Queue(scope, 'FailedInvocations', {
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
