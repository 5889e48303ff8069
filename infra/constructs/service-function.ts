import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { LAMBDA_MS } from '../../lib/budgets.ts';
import { type FunctionSpec, usualMemoryMb } from '../stage/function-table.ts';
import { allow } from '../stage/rights.ts';
import { ServiceLogGroup } from './log-group.ts';

export interface ServiceFunctionProps {
  readonly spec: FunctionSpec;
  readonly assetFolder: string;
  readonly environment: Record<string, string>;
  /** Beyond its log, traces and network interfaces. */
  readonly statements: readonly PolicyStatement[];
  readonly logKey: IKey;
  /** @default outside any VPC */
  readonly network?: { readonly vpc: IVpc; readonly securityGroup: ISecurityGroup } | undefined;
  /** @default none kept */
  readonly reservedConcurrency?: number | undefined;
  readonly tracing: boolean;
}

/** One Lambda function with its own role and log group; the role has exactly the actions listed here and given. */
export class ServiceFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly logGroup: ServiceLogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { spec, network, reservedConcurrency } = props;
    this.logGroup = new ServiceLogGroup(this, 'Log', { key: props.logKey });
    const statements = [
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]),
      ...(props.tracing ? [everywhere('xray:PutTraceSegments', 'xray:PutTelemetryRecords')] : []),
      ...(network === undefined ? [] : [networkInterfaces()]),
      ...props.statements,
    ];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Access: new PolicyDocument({ statements }) },
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      description: spec.title,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.assetFolder),
      memorySize: spec.memoryMb ?? usualMemoryMb,
      timeout: Duration.millis(spec.timeoutMs ?? LAMBDA_MS),
      environment: props.environment,
      // Immutable: no construct may add a right that the table does not show.
      role: role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      // Our lines are JSON already; Lambda's own JSON format would wrap them.
      loggingFormat: LoggingFormat.TEXT,
      tracing: props.tracing ? Tracing.ACTIVE : Tracing.PASS_THROUGH,
      ...(network === undefined ? {} : { vpc: network.vpc, securityGroups: [network.securityGroup] }),
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    });
  }
}

/** Lambda's interfaces in the VPC; EC2 has no resource level for these. */
function networkInterfaces(): PolicyStatement {
  return everywhere(
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  );
}

function everywhere(...actions: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources: ['*'] });
}
