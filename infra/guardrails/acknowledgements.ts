import { type FunctionSpec, functionTable } from '../stage/function-table.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { webhookCallers } from '../stage/webhook-callers.ts';

/** A finding that stays, on one resource, and why. */
export interface Acknowledgement {
  /** Construct path of the resource, below the stack. */
  readonly path: string;
  readonly rule: string;
  readonly reason: string;
}

type Reasons = Readonly<Record<string, string>>;

const userPool: Reasons = {
  'AwsSolutions-COG2': 'The pool has no users: callers are clients with a secret, which MFA does not apply to.',
  'AwsSolutions-COG8': 'The plus plan judges sign-ins of users, and the pool has none.',
};

const secret: Reasons = {
  'AwsSolutions-SMG4':
    'EnKash has no API to change a password: a person changes it there, then here (runbooks, rotation), behind the login gate.',
  'NIST.800.53.R5-SecretsManagerRotationEnabled':
    'As AwsSolutions-SMG4: an unattended rotation could lock the partner out.',
};

const restApi: Reasons = {
  'AwsSolutions-APIG2':
    'The function validates against the zod schemas that the OpenAPI document is made from, and names the field in problem+json.',
};

const openApi: Reasons = {
  'AwsSolutions-APIG4':
    'GET /openapi.json describes the public contract and reads nothing; throttled and behind the WAF.',
  'AwsSolutions-COG4': 'As AwsSolutions-APIG4.',
};

const apiStage: Reasons = {
  'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted': 'Balances are never cached at the gateway: answers say no-store.',
  'PCI.DSS.321-APIGWCacheEnabledAndEncrypted': 'Balances are never cached at the gateway: answers say no-store.',
  'NIST.800.53.R5-APIGWSSLEnabled':
    'A client certificate is for HTTP back ends; the only back end is Lambda, called with IAM.',
  'PCI.DSS.321-APIGWSSLEnabled':
    'A client certificate is for HTTP back ends; the only back end is Lambda, called with IAM.',
};

const inlinePolicy = 'The rights belong to this one role and go with it; a shared policy could be attached elsewhere.';
const role: Reasons = {
  'NIST.800.53.R5-IAMNoInlinePolicy': inlinePolicy,
  'PCI.DSS.321-IAMNoInlinePolicy': inlinePolicy,
};

const functionRole: Reasons = {
  ...role,
  'AwsSolutions-IAM5[Resource::*]':
    'X-Ray and EC2 network interfaces have no resource level; actions are exact (stack.test.ts).',
  'Serverless-LambdaStarPermissions': 'As AwsSolutions-IAM5.',
};

/** Invoked by the gateway alone, synchronously. */
const httpFunction: Reasons = {
  'Serverless-LambdaDLQ': 'Invoked synchronously: the caller gets the failure, and there is no event to keep.',
  'NIST.800.53.R5-LambdaDLQ': 'Invoked synchronously: the caller gets the failure, and there is no event to keep.',
};

const failureDestination =
  'Failed invocations go to the failure destination, which unlike a dead-letter target says why.';
const scheduledFunction: Reasons = {
  'Serverless-LambdaDLQ': failureDestination,
  'NIST.800.53.R5-LambdaDLQ': failureDestination,
};

/** Invoked by people, and by a schedule whose next run makes up for one that failed. */
const operatorFunction: Reasons = {
  'Serverless-LambdaDLQ':
    'Invoked synchronously by a person, who gets the failure; a kept event would act later, unlooked at.',
  'NIST.800.53.R5-LambdaDLQ': 'As Serverless-LambdaDLQ.',
};

const notKept: Reasons = {
  'Serverless-LambdaAsyncFailureDestination':
    'No retries and no second life: an action that was kept would be carried out on a gate that nobody looked at.',
};

/** Invoked by SQS, which has the dead letters. */
const queueFunction: Reasons = {
  'Serverless-LambdaDLQ': 'The queue has the dead letters: SQS invokes synchronously.',
  'NIST.800.53.R5-LambdaDLQ': 'The queue has the dead letters: SQS invokes synchronously.',
};

const boundedByMapping: Reasons = {
  'NIST.800.53.R5-LambdaConcurrency':
    'Bounded by the mapping (maximum concurrency): reserved concurrency would throttle messages into the dead letters.',
};

const unreserved: Reasons = {
  'NIST.800.53.R5-LambdaConcurrency':
    "The stage keeps no executions for it: a new account's quota allows none. The API's throttle bounds it.",
};

const outsideNetwork: Reasons = {
  'NIST.800.53.R5-LambdaInsideVPC': 'It calls nothing that wants a fixed address, and no private resource exists.',
  'PCI.DSS.321-LambdaInsideVPC': 'It calls nothing that wants a fixed address, and no private resource exists.',
};

const eventSource: Reasons = {
  'Serverless-LambdaEventSourceMappingDestination': 'A destination is for streams; the queue has the dead letters.',
};

const lastQueue: Reasons = {
  'Serverless-SQSRedrivePolicy': 'The last place there is: an alarm watches it, and it keeps messages for 14 days.',
};

const table: Reasons = {
  'NIST.800.53.R5-DynamoDBInBackupPlan':
    'Point-in-time recovery covers 35 days continuously, with deletion protection; a vault would outlive an erasure (DPDP).',
};

const webhookSecret: Reasons = {
  'AwsSolutions-SMG4': 'The receiver must change it as well: rotated by hand, with two valid secrets meanwhile.',
  'NIST.800.53.R5-SecretsManagerRotationEnabled': 'As AwsSolutions-SMG4.',
};

const vpc: Reasons = {
  'NIST.800.53.R5-VPCDefaultSecurityGroupClosed':
    'Nothing is in the default group; closing it takes a custom resource with rights over every security group.',
  'PCI.DSS.321-VPCDefaultSecurityGroupClosed':
    'Nothing is in the default group; closing it takes a custom resource with rights over every security group.',
};

const natRoute: Reasons = {
  'NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW': 'The way out of the NAT gateway; nothing else is in this subnet.',
  'PCI.DSS.321-VPCNoUnrestrictedRouteToIGW': 'The way out of the NAT gateway; nothing else is in this subnet.',
};

const zone: Reasons = {
  'CloudFormation-Validate::W3010': 'Zones are settings: an address on the allow-list of EnKash belongs to a zone.',
};

/** Every acknowledgement of an audited stage; a test proves that each is needed and that none is missing. */
export function acknowledgements(settings: StageSettings): readonly Acknowledgement[] {
  const { stage, zones, partners, reservedConcurrency } = settings;
  const free = functionTable.filter(({ name }) => reservedConcurrency[name] === undefined);
  const roles = functionTable.map(({ name }) => `${name}/Role/Resource`);
  const secrets = partners.map((partner) => `PartnerSecrets/${partner}`);
  return [
    ...on(['Auth/UserPool/Resource'], userPool),
    ...on(secrets, secret),
    ...on(['Api/Rest/Resource'], restApi),
    ...on(['Api/Rest/Default/openapi.json/GET/Resource'], openApi),
    ...on([`Api/Rest/DeploymentStage.${stage}/Resource`], apiStage),
    ...on(roles, functionRole),
    ...on(functionsBy('gateway'), httpFunction),
    ...on(functionsBy('schedule'), scheduledFunction),
    ...on(functionsBy('queue'), queueFunction),
    ...on(functionsBy('operator'), operatorFunction),
    ...on(
      ['inspect', 'operate'].map((name) => `${name}/Function/EventInvokeConfig/Resource`),
      notKept,
    ),
    ...free.flatMap(({ name, trigger }) =>
      on([`${name}/Function/Resource`], trigger === 'queue' ? boundedByMapping : unreserved),
    ),
    ...on(functionsBy('bus'), scheduledFunction),
    ...on(
      functionTable.filter((spec) => spec.outsideNetwork).map(({ name }) => `${name}/Function/Resource`),
      outsideNetwork,
    ),
    ...on(
      webhookCallers(settings).map((caller) => `Snapshots/Events/Webhooks/${caller}`),
      webhookSecret,
    ),
    ...on(
      [
        'take-snapshot/Function/Batches',
        'deliver-webhooks/Function/Batches',
        'plan-snapshots/Function/PlanJobs',
        'reconcile-snapshots/Function/CloseJobs',
        'reconcile-snapshots/Function/BacklogJobs',
      ].map((path) => `${path}/Resource`),
      eventSource,
    ),
    ...on(
      [
        'Snapshots/Snapshots/DeadLetters/Resource',
        'Snapshots/Events/Webhooks/DeadLetters/Resource',
        'Snapshots/FailedInvocations/Resource',
      ],
      lastQueue,
    ),
    ...on(['Snapshots/Schedules/Role/Resource', 'Operator/Role/Resource'], role),
    ...on(['LoginGate/Table/Resource', 'Snapshots/Balances/Table/Resource'], table),
    ...on(['Network/Vpc/Resource'], vpc),
    ...on(['Network/FlowLogRole/Resource'], role),
    ...on(
      zones.map((_, index) => `Network/Vpc/NatSubnet${index + 1}/DefaultRoute`),
      natRoute,
    ),
    ...on(
      zones.flatMap((_, index) => ['Nat', 'Functions'].map((it) => `Network/Vpc/${it}Subnet${index + 1}/Subnet`)),
      zone,
    ),
  ];
}

function functionsBy(trigger: FunctionSpec['trigger']): readonly string[] {
  return functionTable.filter((spec) => spec.trigger === trigger).map(({ name }) => `${name}/Function/Resource`);
}

function on(paths: readonly string[], reasons: Reasons): readonly Acknowledgement[] {
  return paths.flatMap((path) => Object.entries(reasons).map(([rule, reason]) => ({ path, rule, reason })));
}
