import { Aws, Duration } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { allow, useKey } from '../stage/rights.ts';

export interface OperatorProps {
  readonly inspect: LambdaFunction;
  readonly operate: LambdaFunction;
  /** Sends a webhook for a test, outside of the network that EnKash knows. */
  readonly deliver: LambdaFunction;
  readonly secretArns: readonly string[];
  readonly secretKey: IKey;
  /** The callers' OAuth clients are in it. */
  readonly userPoolArn: string;
}

const gaugeMinutes = 5;

/** Who may look at the stage and act in it: by IAM alone, through its two functions. The schedule looks every five minutes. */
export class Operator extends Construct {
  /** For people: look and act, and save a pending secret, which no function is ever sent. */
  readonly operatorPolicy: ManagedPolicy;
  /** For CI: look. */
  readonly inspectPolicy: ManagedPolicy;
  /** For people who hand callers their secrets. Nobody else may: such a secret reads what its caller reads. */
  readonly callerPolicy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: OperatorProps) {
    super(scope, id);
    const { inspect, operate, deliver, secretArns, secretKey, userPoolArn } = props;
    // An event that was kept for later would act on a gate that nobody looked at.
    for (const lambda of [inspect, operate]) {
      lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    }
    this.#gauge(inspect);
    const find = allow(['cloudformation:DescribeStacks'], [Aws.STACK_ID]);
    this.operatorPolicy = this.#policy('OperatorPolicy', 'Look at the stage and act in it', [
      allow(['lambda:InvokeFunction'], [inspect.functionArn, operate.functionArn, deliver.functionArn]),
      allow(['secretsmanager:PutSecretValue'], secretArns),
      useKey(['kms:Decrypt', 'kms:GenerateDataKey'], secretKey, 'secretsmanager'),
      find,
    ]);
    this.inspectPolicy = this.#policy('InspectPolicy', 'Look at the stage', [
      allow(['lambda:InvokeFunction'], [inspect.functionArn]),
      find,
    ]);
    this.callerPolicy = this.#policy('CallerPolicy', "Change callers' secrets", [
      allow(
        [
          'cognito-idp:AddUserPoolClientSecret',
          'cognito-idp:DeleteUserPoolClientSecret',
          'cognito-idp:ListUserPoolClientSecrets',
        ],
        [userPoolArn],
      ),
      find,
    ]);
  }

  #policy(id: string, description: string, statements: PolicyStatement[]): ManagedPolicy {
    return new ManagedPolicy(this, id, { description, document: new PolicyDocument({ statements }) });
  }

  /** One missed reading is made up for by the next: nothing is tried again, and nothing is kept. */
  #gauge(inspect: LambdaFunction): void {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Access: new PolicyDocument({ statements: [allow(['lambda:InvokeFunction'], [inspect.functionArn])] }),
      },
    });
    new CfnSchedule(this, 'Gauge', {
      scheduleExpression: `rate(${gaugeMinutes} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: inspect.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ action: 'status', gauge: true }),
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    });
  }
}
