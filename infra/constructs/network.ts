import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from '../stage/rights.ts';
import { ServiceLogGroup } from './log-group.ts';

export interface NetworkProps {
  readonly zones: readonly string[];
  readonly logKey: IKey;
}

/** Fixed egress: everything leaves through one NAT gateway per zone, by addresses that EnKash can put on its list. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly securityGroup: SecurityGroup;
  /** Public addresses, in the order of the zones; allocated before the gateways and kept when the stack goes. */
  readonly addresses: readonly string[];
  /** Ids of the NAT gateways. */
  readonly gateways: readonly string[];

  constructor(scope: Construct, id: string, { zones, logKey }: NetworkProps) {
    super(scope, id);
    const addresses = zones.map((zone) => this.#addressOf(zone));
    this.addresses = addresses.map(({ ref }) => ref);
    const natGatewayProvider = NatProvider.gateway({
      eipAllocationIds: addresses.map((address) => address.attrAllocationId),
    });
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.64.0.0/20'),
      availabilityZones: [...zones],
      natGatewayProvider,
      natGateways: zones.length,
      subnetConfiguration: [
        { name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ],
      // Closing it takes a custom resource with rights over every security group; nothing is ever put into it.
      restrictDefaultSecurityGroup: false,
    });
    // The one cast: CDK's class misses its own interface by an `undefined` under exactOptionalPropertyTypes.
    this.vpc = vpc as IVpc;
    this.gateways = natGatewayProvider.configuredGateways.map(({ gatewayId }) => gatewayId);
    this.vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    this.#logFlows(logKey);
    this.securityGroup = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'Functions: HTTPS out, nothing in',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'EnKash and AWS over TLS');
  }

  #addressOf(zone: string): CfnEIP {
    const address = new CfnEIP(this, `Address-${zone}`, { domain: 'vpc' });
    address.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return address;
  }

  #logFlows(key: IKey): void {
    const group = new ServiceLogGroup(this, 'FlowLog', { key });
    const actions = ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'];
    const role = new Role(this, 'FlowLogRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: { Access: new PolicyDocument({ statements: [allow(actions, [group.logGroupArn])] }) },
    });
    this.vpc.addFlowLog('Flows', {
      destination: FlowLogDestination.toCloudWatchLogs(group, role.withoutPolicyUpdates()),
      trafficType: FlowLogTrafficType.ALL,
    });
  }
}
