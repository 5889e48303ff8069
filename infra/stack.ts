import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AssetFolder } from './bundle/assets.ts';
import { apiAlarms, functionAlarms, partnerAlarms, silenceAlarms, snapshotAlarms } from './constructs/alarm-table.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { Auth, callersVariable } from './constructs/auth.ts';
import { Story } from './constructs/dashboard.ts';
import { DataKey, logService } from './constructs/data-key.ts';
import { MutualTlsDomain } from './constructs/domain.ts';
import { Edge } from './constructs/firewall.ts';
import { LoginGateTable } from './constructs/login-gate-table.ts';
import { Network } from './constructs/network.ts';
import { PartnerSecrets } from './constructs/partner-secrets.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import { Snapshots } from './constructs/snapshots.ts';
import { type FunctionSpec, functionTable } from './stage/function-table.ts';
import { statementsOf } from './stage/rights.ts';
import type { StageSettings } from './stage/settings.ts';
import { variablesOf } from './stage/variables.ts';

/** W3005: CDK's Function depends on its role twice. W3010: zones are settings, as acknowledgements.ts says. */
const lintChecksIgnored = ['W3005', 'W3010'];

export interface CardAccountsProps extends StackProps {
  readonly settings: StageSettings;
  readonly assetFolder: AssetFolder;
}

/** The whole service of one stage; each capability is a construct of its own. */
export class CardAccounts extends Stack {
  readonly #zones: readonly string[];

  constructor(scope: Construct, id: string, { settings, assetFolder, ...props }: CardAccountsProps) {
    super(scope, id, props);
    this.#zones = settings.zones;
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: lintChecksIgnored } } };
    const { stage, callers, partners, throttle } = settings;

    const logKey = new DataKey(this, 'LogKey', { description: 'Logs', services: [logService()] }).key;
    const network =
      settings.egress === 'fixed' ? new Network(this, 'Network', { zones: settings.zones, logKey }) : undefined;
    const auth = new Auth(this, 'Auth', { stage, callers });
    const secrets = new PartnerSecrets(this, 'PartnerSecrets', { partners });
    const gate = new LoginGateTable(this, 'LoginGate');

    const snapshots = new Snapshots(this, 'Snapshots', { settings });

    const variables = variablesOf(settings, {
      callers: callersVariable(auth.clientIds),
      partnerSecrets: secrets.arns,
      loginGateTable: gate.table.tableName,
      balancesTable: snapshots.balances.table.tableName,
      snapshotQueueUrl: snapshots.queue.queue.queueUrl,
      eventBusName: snapshots.events.busName,
    });
    const resources = {
      partnerSecretArns: [...secrets.arns.values()],
      partnerSecretKey: secrets.dataKey.key,
      loginGateTableArn: gate.table.tableArn,
      loginGateKey: gate.dataKey.key,
      balancesTableArn: snapshots.balances.table.tableArn,
      balancesKey: snapshots.balances.dataKey.key,
      snapshotQueueArn: snapshots.queue.queue.queueArn,
      failedInvocationsArn: snapshots.failures.queueArn,
      messageKey: snapshots.messageKey.key,
      eventBusArn: snapshots.events.bus.eventBusArn,
    };
    const functionOf = (spec: FunctionSpec): ServiceFunction =>
      new ServiceFunction(this, spec.name, {
        spec,
        assetFolder: assetFolder(spec),
        environment: Object.fromEntries(spec.variables.map((name) => [name, variables[name]])),
        statements: statementsOf(spec.rights, resources),
        logKey,
        network,
        tracing: settings.tracing,
        reservedConcurrency: settings.reservedConcurrency[spec.name],
      });
    const functions = new Map(functionTable.map((spec) => [spec.name, functionOf(spec)]));
    const lambdaOf = (name: string) => lambdaNamed(functions, name);
    snapshots.start({
      planner: lambdaOf('plan-snapshots'),
      worker: lambdaOf('take-snapshot'),
      reconciler: lambdaOf('reconcile-snapshots'),
    });

    const api = new Api(this, 'Api', {
      stage,
      userPool: auth.userPool,
      functions: new Map([...functions].map(([name, { lambda }]) => [name, lambda])),
      logKey,
      throttle,
      tracing: settings.tracing,
      // Behind a client certificate, the way round it is shut.
      defaultEndpoint: settings.customDomain === undefined,
    });
    const domain = settings.customDomain;
    const named = domain && new MutualTlsDomain(this, 'Domain', { domain, api: api.rest });
    if (settings.waf) {
      const { stageArn } = api.rest.deploymentStage;
      new Edge(this, 'Edge', { stageArn, logKey, rate: settings.wafRate });
    }

    new Alarms(this, 'Alarms', {
      emails: settings.alarmEmails,
      alarms: [
        ...partners.flatMap((partner) => partnerAlarms(stage, partner)),
        ...apiAlarms(api.rest),
        ...snapshotAlarms(stage, snapshots, settings),
        ...silenceAlarms(lambdaOf('plan-snapshots'), settings.everyMinutes),
        ...[...functions].flatMap(([name, { lambda }]) => functionAlarms(name, lambda)),
      ],
    });
    new Story(this, 'Story', {
      stage,
      api: api.rest,
      auditLogs: auditLogsOf(functions),
      queues: [
        snapshots.queue.queue.metricApproximateAgeOfOldestMessage(),
        snapshots.queue.deadLetters.metricApproximateNumberOfMessagesVisible(),
        snapshots.failures.metricApproximateNumberOfMessagesVisible(),
      ],
    });

    this.#output('ApiUrl', named?.url ?? api.url);
    if (named !== undefined) this.#output('DomainTarget', named.target);
    this.#output('TokenUrl', auth.tokenUrl);
    this.#output('UserPoolId', auth.userPool.userPoolId);
    for (const [caller, clientId] of auth.clientIds) this.#output(`ClientId-${caller}`, clientId);
    for (const [partner, arn] of secrets.arns) this.#output(`SecretArn-${partner}`, arn);
    this.#output('BalancesTable', snapshots.balances.table.tableName);
    this.#output('LoginGateTable', gate.table.tableName);
    this.#output('EventBus', snapshots.events.busName);
    this.#output('BalanceTopic', snapshots.events.topic.topicArn);
    for (const [index, address] of (network?.addresses ?? []).entries())
      this.#output(`EgressAddress${index + 1}`, address);
  }

  /** From the settings: CDK would look the account's zones up at synth. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  #output(name: string, value: string): void {
    new CfnOutput(this, name, { value });
  }
}

type Functions = ReadonlyMap<string, ServiceFunction>;

function lambdaNamed(functions: Functions, name: string): ServiceFunction['lambda'] {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`function-table.ts has no ${name}`);
  return found.lambda;
}

/** Of what the gateway invokes with a caller; the rest writes no audit lines. */
function auditLogsOf(functions: Functions): ServiceFunction['logGroup'][] {
  const audited = functionTable.filter(({ files }) => files.includes('grants.json'));
  return audited.flatMap(({ name }) => functions.get(name)?.logGroup ?? []);
}
