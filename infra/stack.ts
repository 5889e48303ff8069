import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { Auth } from './constructs/auth.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DataKey, logService } from './constructs/data-key.ts';
import { MutualTlsDomain } from './constructs/domain.ts';
import { Firewall } from './constructs/firewall.ts';
import { type Foundations, resourcesFrom, variablesFrom } from './constructs/foundations.ts';
import { LoginGateTable } from './constructs/login-gate-table.ts';
import { Network } from './constructs/network.ts';
import { Operator } from './constructs/operator.ts';
import { partnerAlarms } from './constructs/partner-alarms.ts';
import { PartnerSecrets } from './constructs/partner-secrets.ts';
import { apiAlarms, functionAlarms, networkAlarms, tableAlarms } from './constructs/service-alarms.ts';
import { ServiceFunctions } from './constructs/service-functions.ts';
import { silenceAlarms, snapshotAlarms } from './constructs/snapshot-alarms.ts';
import { Snapshots } from './constructs/snapshots.ts';
import { webhookAlarms } from './constructs/webhook-alarms.ts';
import type { AssetFolder } from './stage/function-table.ts';
import type { StageSettings } from './stage/stage-schema.ts';

/** W3005: CDK's Function depends on its role twice. W3010: zones are settings, as acknowledgements.ts says. */
const lintChecksIgnored = ['W3005', 'W3010'];

export interface CardAccountsProps extends StackProps {
  readonly settings: StageSettings;
  readonly assetFolder: AssetFolder;
}

interface FrontDoor {
  readonly api: Api;
  readonly domain: MutualTlsDomain | undefined;
}

interface Watchers {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;
}

/** The whole service of one stage; each capability is a construct of its own. */
export class CardAccounts extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { settings, assetFolder, ...props }: CardAccountsProps) {
    super(scope, id, props);
    this.#zones = settings.zones;
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: lintChecksIgnored } } };

    const foundations = this.#foundations(settings);
    const { logKey, network, snapshots } = foundations;
    const functions = new ServiceFunctions(this, {
      settings,
      assetFolder,
      variables: variablesFrom(settings, foundations),
      resources: resourcesFrom(foundations),
      logKey,
      network,
    });
    snapshots.start((name) => functions.named(name).lambda);
    snapshots.events.connect({
      recorder: functions.named('record-events').lambda,
      notifier: functions.named('notify-people').lambda,
      deliverer: functions.named('deliver-webhooks').lambda,
    });
    const operator = new Operator(this, 'Operator', {
      inspect: functions.named('inspect').lambda,
      operate: functions.named('operate').lambda,
      deliver: functions.named('deliver-webhooks').lambda,
      secretArns: [...foundations.secrets.arns.values()],
      secretKey: foundations.secrets.dataKey.key,
      userPoolArn: foundations.auth.userPool.userPoolArn,
    });
    const door = this.#frontDoor(settings, foundations, functions);
    const watchers = this.#watchers(settings, foundations, functions, door);
    this.#outputs(foundations, door, watchers, functions);
    this.#operatorOutputs(operator, functions);
    // The cost reports use these tags, once they are activated in the account's billing settings.
    // CloudFormation's published schema of a dashboard knows no tags.
    const untagged = { excludeResourceTypes: ['AWS::CloudWatch::Dashboard'] };
    Tags.of(this).add('service', 'card-accounts', untagged);
    Tags.of(this).add('stage', settings.stage, untagged);
  }

  /** The zones of the settings; by default CDK would ask the account at synth. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  #foundations(settings: StageSettings): Foundations {
    const { stage, callers, partners, zones, egress } = settings;
    const logKey = new DataKey(this, 'LogKey', { description: 'Logs', services: [logService()] }).key;
    return {
      logKey,
      network: egress === 'fixed' ? new Network(this, 'Network', { zones, logKey }) : undefined,
      auth: new Auth(this, 'Auth', { stage, callers }),
      secrets: new PartnerSecrets(this, 'PartnerSecrets', { partners }),
      gate: new LoginGateTable(this, 'LoginGate'),
      snapshots: new Snapshots(this, 'Snapshots', { settings }),
    };
  }

  #frontDoor(settings: StageSettings, { auth, logKey }: Foundations, functions: ServiceFunctions): FrontDoor {
    const { stage, throttle, tracing, customDomain, waf, wafRate } = settings;
    const api = new Api(this, 'Api', {
      stage,
      userPool: auth.userPool,
      functions: new Map(functions.all.map(([name, { lambda }]) => [name, lambda])),
      logKey,
      throttle,
      tracing,
      // Callers with a client certificate come by the custom domain alone.
      defaultEndpoint: customDomain === undefined,
    });
    const domain = customDomain && new MutualTlsDomain(this, 'Domain', { domain: customDomain, api: api.rest });
    // The construct ids "Edge" and "Story" are those of deployed resources.
    if (waf) new Firewall(this, 'Edge', { stageArn: api.rest.deploymentStage.stageArn, logKey, rate: wafRate });
    return { api, domain };
  }

  #watchers(
    settings: StageSettings,
    foundations: Foundations,
    functions: ServiceFunctions,
    { api }: FrontDoor,
  ): Watchers {
    const { network, gate, snapshots } = foundations;
    const alarms = new Alarms(this, 'Alarms', {
      settings,
      failures: snapshots.failures,
      specs: [
        ...settings.partners.flatMap((partner) => partnerAlarms(settings, partner)),
        ...apiAlarms(settings.stage, api.rest),
        ...snapshotAlarms(settings, snapshots),
        ...webhookAlarms(settings, snapshots.events.webhooks),
        ...silenceAlarms(settings),
        ...tableAlarms([gate.table.tableName, snapshots.balances.table.tableName]),
        ...networkAlarms(settings.stage, network?.gateways ?? []),
        ...functionAlarms(settings.stage, functions),
      ],
    });
    const dashboard = new Dashboard(this, 'Story', {
      settings,
      api: api.rest,
      alarms: alarms.all,
      auditLogs: functions.audited.map(({ logGroup }) => logGroup),
      functionLogs: functions.all.map(([, { logGroup }]) => logGroup),
      queueAge: snapshots.queue.queue.metricApproximateAgeOfOldestMessage(),
      deadLetters: [
        snapshots.queue.deadLetters.metricApproximateNumberOfMessagesVisible(),
        snapshots.events.webhooks.deadLetters.metricApproximateNumberOfMessagesVisible(),
        snapshots.failures.metricApproximateNumberOfMessagesVisible(),
      ],
    });
    return { alarms, dashboard };
  }

  #outputs(
    { auth, secrets, gate, snapshots, network }: Foundations,
    { api, domain }: FrontDoor,
    { alarms, dashboard }: Watchers,
    functions: ServiceFunctions,
  ): void {
    this.#output('ApiUrl', domain?.url ?? api.url);
    if (domain !== undefined) this.#output('DomainTarget', domain.target, 'What the DNS name points to');
    this.#output('TokenUrl', auth.tokenUrl, 'Where callers get their token');
    this.#output('UserPoolId', auth.userPool.userPoolId);
    for (const [caller, clientId] of auth.clientIds) this.#output(`ClientId-${caller}`, clientId);
    for (const [partner, arn] of secrets.arns) this.#output(`SecretArn-${partner}`, arn);
    for (const [caller, arn] of snapshots.events.webhooks.secrets) this.#output(`WebhookSecretArn-${caller}`, arn);
    this.#output('WebhookDeadLetters', snapshots.events.webhooks.deadLetters.queueUrl);
    this.#output('BalancesTable', snapshots.balances.table.tableName);
    this.#output('LoginGateTable', gate.table.tableName);
    this.#output('EventBus', snapshots.events.busName);
    this.#output('BalanceTopic', snapshots.events.topic.topicArn);
    this.#output('AlarmTopic', alarms.topic.topicArn, 'For subscriptions beside alarmEmails');
    this.#output('DashboardUrl', dashboard.url);
    this.#output('SnapshotQueue', snapshots.queue.queue.queueUrl);
    this.#output('SnapshotDeadLetters', snapshots.queue.deadLetters.queueUrl, 'Runbook dead-letter');
    this.#output('FailedInvocations', snapshots.failures.queueUrl, 'Runbook invocation-failed');
    this.#output('AccessLog', api.accessLog.logGroupName, 'One line for each request: clientId, route, status');
    for (const [name, { logGroup }] of functions.all) this.#output(`Log-${name}`, logGroup.logGroupName);
    for (const [index, address] of (network?.addresses ?? []).entries())
      this.#output(`EgressAddress${index + 1}`, address, "For EnKash's allow-list");
  }

  #operatorOutputs({ operatorPolicy, inspectPolicy, callerPolicy }: Operator, functions: ServiceFunctions): void {
    this.#output('InspectFunction', functions.named('inspect').lambda.functionName);
    this.#output('OperateFunction', functions.named('operate').lambda.functionName);
    this.#output(
      'DeliverFunction',
      functions.named('deliver-webhooks').lambda.functionName,
      'For webhooks -- send-test',
    );
    this.#output('OperatorPolicy', operatorPolicy.managedPolicyArn, 'For people: inspect, operate, test a webhook');
    this.#output('InspectPolicy', inspectPolicy.managedPolicyArn, 'For CI: inspect alone');
    this.#output('CallerPolicy', callerPolicy.managedPolicyArn, 'For people who hand callers their secrets');
  }

  #output(name: string, value: string, description?: string): void {
    new CfnOutput(this, name, { value, ...(description === undefined ? {} : { description }) });
  }
}
